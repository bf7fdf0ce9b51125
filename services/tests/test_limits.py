import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection
from freezegun import freeze_time
from redis import Redis

from notify_project import clock
from notify_project.api.errors import RateLimited, TooManyRequests
from notify_project.constants import KeyType
from services.caller import Caller
from services.day_counters import DAY_SECONDS
from services.limits import peek, take
from services.read_models import KeyModel, ServiceModel

pytestmark = pytest.mark.django_db
NOON = "2026-03-02T12:00:00Z"
LAST_SECOND = "2026-03-02T23:59:59Z"


def caller(key_type="normal", *, rate_limit=3000, restricted=False, **limits):
    limits = {"email": 50, "sms": 50, "letter": 0, "international_sms": 100} | limits
    service = ServiceModel(
        id=uuid.uuid4(),
        name="Parking",
        active=True,
        restricted=restricted,
        research_mode=False,
        deferred_persistence=False,
        uses_suppression_list=False,
        email_sender_local_part="parking",
        sender_name="Parking",
        prefix_sms=False,
        rate_limit=rate_limit,
        daily_limits=limits,
        contact_link=None,
        days_of_retention={},
        permissions=frozenset({"sms", "email"}),
        keys=(),
        sms_senders=(),
        reply_tos=(),
        recipients=frozenset(),
        callback_types=frozenset(),
    )
    return with_key(Caller(service, None), key_type)


def with_key(who, key_type):
    return replace(who, key=KeyModel(uuid.uuid4(), "secret", KeyType(key_type), None))


def accept(who, word="sms", *, international=False):
    """Take what a message that is accepted takes."""
    allowance = take(who, word)
    allowance.require_rate()
    allowance.require_room()
    if international:
        allowance.require_international()
    return allowance


def require_within_limits(who, word):
    """Take what a message takes, and give it back as a request does that is refused later."""
    accept(who, word).give_back()


def require_international_allowance(who):
    accept(who, international=True).give_back()


def counters(redis):
    return {name.decode(): int(redis.get(name)) for name in redis.keys("daily-limit-*")}


def requests_until_refused(who, most=2000):
    for number in range(most):
        try:
            require_within_limits(who, "sms")
        except RateLimited:
            return number
    return most


# --- A minute ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate_limit", "burst"),
    [(0, 0), (1, 1), (3, 1), (4, 2), (30, 10), (300, 100), (3000, 999), (30_000, 999)],
)
def test_a_full_bucket_serves_its_capacity_less_one(redis, rate_limit, burst):
    who = caller(rate_limit=rate_limit, sms=10_000)

    with freeze_time(NOON):
        assert requests_until_refused(who) == burst


@pytest.mark.parametrize(
    ("key_type", "word"), [("normal", "LIVE"), ("team", "TEAM"), ("test", "TEST")]
)
def test_a_refusal_names_the_key_type_and_the_limit(redis, key_type, word):
    who = caller(key_type, rate_limit=3)
    require_within_limits(who, "sms")

    with pytest.raises(RateLimited) as refused:
        require_within_limits(who, "sms")

    assert (refused.value.status_code, refused.value.error) == (429, "RateLimitError")
    assert refused.value.message == (
        f"Exceeded rate limit for key type {word} of 3 requests per 60 seconds"
    )


def test_each_key_type_has_its_own_bucket(redis):
    live = caller(rate_limit=3)

    bursts = [requests_until_refused(with_key(live, word)) for word in ("normal", "team", "test")]

    assert bursts == [1, 1, 1]


def test_keys_of_one_type_share_a_bucket(redis):
    who = caller(rate_limit=3)

    assert [requests_until_refused(who), requests_until_refused(with_key(who, "normal"))] == [1, 0]


def test_services_do_not_share_a_bucket(redis):
    assert [requests_until_refused(caller(rate_limit=3)) for _ in range(2)] == [1, 1]


def test_all_channels_share_a_bucket(redis):
    who = caller(rate_limit=3)
    require_within_limits(who, "sms")

    with pytest.raises(RateLimited):
        require_within_limits(who, "email")


def test_the_bucket_fills_at_a_sixtieth_of_the_limit_a_second(redis):
    who = caller(rate_limit=60, sms=1000)
    with freeze_time(NOON) as time:
        requests_until_refused(who)
        time.tick(5)

        # The fifth token is the one that must be left.
        assert requests_until_refused(who) == 4


def test_the_bucket_holds_no_more_than_its_capacity(redis):
    who = caller(rate_limit=30)
    with freeze_time(NOON) as time:
        requests_until_refused(who)
        time.tick(3600)

        assert requests_until_refused(who) == 10


def test_a_caller_below_the_limit_is_never_refused_however_uneven(redis):
    who = caller(rate_limit=300, sms=10_000)
    with freeze_time(NOON) as time:
        # Four requests a second where five are allowed; most intervals earn a part of a token.
        for interval in [0.1, 0.105, 0.398, 0.398] * 150:
            time.tick(interval)
            require_within_limits(who, "sms")


def test_a_clock_that_goes_back_a_little_neither_fills_nor_blocks(redis):
    who = caller(rate_limit=60, sms=1000)
    with freeze_time(NOON) as time:
        requests_until_refused(who)
        time.tick(-2)
        burst_before = requests_until_refused(who)
        time.tick(2 + 3)

        assert (burst_before, requests_until_refused(who)) == (0, 2)


def test_a_clock_that_was_far_ahead_does_not_block_once_it_is_right(redis):
    who = caller(rate_limit=60, sms=1000)
    with freeze_time("2027-01-01T00:00:00Z"):
        requests_until_refused(who)
    with freeze_time(NOON) as time:
        requests_until_refused(who)
        time.tick(3)

        assert requests_until_refused(who) == 2


def test_many_callers_at_once_share_one_bucket(redis):
    who = caller(rate_limit=30)

    def burst(_):
        try:
            return requests_until_refused(who, most=5)
        finally:
            connection.close()

    with freeze_time(NOON), ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(burst, range(8))) == 10


def test_a_bucket_ends_by_itself(redis):
    require_within_limits(caller(), "sms")

    [name] = redis.keys("rate-limit-*")
    assert 0 < redis.ttl(name) <= 120


# --- A day ---------------------------------------------------------------------------------------


def test_three_of_three_are_accepted_and_the_fourth_is_refused(redis):
    who = caller(sms=3)
    for _ in range(3):
        accept(who)

    with pytest.raises(TooManyRequests) as refused:
        require_within_limits(who, "sms")

    assert (refused.value.status_code, refused.value.error) == (429, "TooManyRequestsError")
    assert refused.value.message == "Exceeded send limits (sms: 3) for today"


@pytest.mark.parametrize("word", ["sms", "email", "letter"])
def test_a_limit_of_nothing_refuses_the_first(redis, word):
    who = caller(sms=0, email=0, letter=0)

    with pytest.raises(TooManyRequests, match=rf"Exceeded send limits \({word}: 0\) for today"):
        require_within_limits(who, word)


def test_a_request_that_is_refused_later_counts_nothing(redis):
    who = caller(sms=1)
    for _ in range(5):
        require_within_limits(who, "sms")

    assert sum(counters(redis).values()) == 0


def test_each_channel_has_its_own_counter(redis):
    who = caller(sms=1, email=1)
    accept(who)

    require_within_limits(who, "email")
    with pytest.raises(TooManyRequests):
        require_within_limits(who, "sms")


def test_normal_and_team_keys_share_a_counter(redis):
    who = caller(sms=1)
    accept(who)

    with pytest.raises(TooManyRequests):
        require_within_limits(with_key(who, "team"), "sms")


def test_a_test_key_is_not_measured_against_real_messages(redis):
    who = caller(sms=1)
    accept(who)

    require_within_limits(with_key(who, "test"), "sms")


def test_a_test_key_is_refused_when_the_limit_itself_is_nothing(redis):
    with pytest.raises(TooManyRequests, match=r"email: 0"):
        require_within_limits(caller("test", email=0), "email")


def test_a_test_key_of_a_trial_service_is_measured_against_the_live_defaults(redis):
    require_within_limits(caller("test", restricted=True, letter=0), "letter")
    require_within_limits(caller("test", restricted=True, email=0), "email")


@pytest.mark.parametrize("key_type", ["normal", "team"])
def test_other_keys_of_a_trial_service_are_measured_against_its_own_limits(redis, key_type):
    with pytest.raises(TooManyRequests):
        require_within_limits(caller(key_type, restricted=True, letter=0), "letter")


def test_the_minute_is_told_before_the_day(redis):
    with pytest.raises(RateLimited):
        require_within_limits(caller(rate_limit=0, sms=0), "sms")


def test_a_request_over_the_days_limit_still_takes_a_token(redis):
    who = caller(rate_limit=3, sms=0)
    with pytest.raises(TooManyRequests):
        require_within_limits(who, "sms")

    with pytest.raises(RateLimited):
        require_within_limits(who, "sms")


def test_the_counter_starts_again_at_midnight_utc_even_in_summer(redis):
    who = caller(sms=1)
    with freeze_time("2026-06-10T23:30:00Z") as time:  # 00:30 of the 11th in London
        accept(who)
        with pytest.raises(TooManyRequests):
            require_within_limits(who, "sms")
        time.tick(1800)

        require_within_limits(who, "sms")


def test_a_counter_is_created_with_an_end(redis):
    accept(caller(), international=True)

    assert sorted(counters(redis).values()) == [1, 1]
    for name in counters(redis):
        assert DAY_SECONDS - 5 < redis.ttl(name) <= DAY_SECONDS


def test_an_increment_does_not_move_the_end(redis):
    who = caller()
    accept(who)
    [name] = counters(redis)
    redis.expire(name, 100)
    accept(who)

    assert 90 < redis.ttl(name) <= 100
    assert counters(redis) == {name: 2}


def test_a_stored_nothing_stays_with_its_end(redis):
    who = caller(sms=1)
    accept(who)
    [name] = counters(redis)
    redis.set(name, 0, ex=100)
    require_within_limits(who, "sms")
    assert (redis.get(name), 90 < redis.ttl(name) <= 100) == (b"0", True)

    accept(who)

    assert (redis.get(name), 90 < redis.ttl(name) <= 100) == (b"1", True)


def test_a_counter_that_lost_its_end_gets_one(redis):
    who = caller()
    accept(who)
    [name] = counters(redis)
    redis.persist(name)
    accept(who)

    assert redis.ttl(name) > 0


def test_many_callers_at_once_never_pass_the_limit(redis):
    who = caller(sms=50)

    def is_accepted(_):
        try:
            accept(who)
        except TooManyRequests:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        accepted = sum(threads.map(is_accepted, range(200)))

    assert accepted == 50
    assert list(counters(redis).values()) == [50]


def test_giving_back_twice_gives_back_once(redis):
    who = caller(sms=2)
    kept, refused = accept(who), accept(who)
    refused.give_back()
    refused.give_back()

    assert list(counters(redis).values()) == [1]
    assert kept.headers["RateLimit-Remaining"] == "1"


# --- What callers are told -----------------------------------------------------------------------


def told(allowance):
    return {name.removeprefix("RateLimit-"): int(text) for name, text in allowance.headers.items()}


def test_a_caller_is_told_what_is_left_of_the_minute(redis):
    with freeze_time(NOON):
        assert told(take(caller(sms=10_000), "sms")) == {
            "Limit": 3000,
            "Remaining": 998,
            "Reset": 1,
        }


def test_a_caller_is_told_when_the_next_request_will_pass(redis):
    who = caller(rate_limit=3)
    with freeze_time(NOON) as time:
        first = told(take(who, "sms"))
        time.tick(first["Reset"])
        accept(who)

    assert first == {"Limit": 3, "Remaining": 0, "Reset": 20}


def test_a_caller_whose_day_is_used_up_is_told_to_wait_for_midnight(redis):
    with freeze_time("2026-03-02T23:00:00Z"):
        assert told(accept(caller(sms=1))) == {"Limit": 3000, "Remaining": 0, "Reset": 3600}


def test_a_day_that_a_refused_request_gave_back_is_not_told_as_used_up(redis):
    allowance = accept(caller(sms=1))
    allowance.give_back()

    assert told(allowance)["Remaining"] == 1


@pytest.mark.parametrize("rate_limit", [1, 2, 3, 7, 60, 300, 3000])
def test_a_caller_who_obeys_is_never_refused(redis, rate_limit):
    who = caller(rate_limit=rate_limit, sms=40)
    accepted, days = 0, set()
    with freeze_time(NOON) as time:
        state = told(peek(who))
        while accepted < 60:
            if state["Remaining"] == 0:
                time.tick(state["Reset"])
            days.add(clock.now().date())
            state = told(accept(who))
            accepted += 1

    # Forty a day: the sixty took a second day, and none was refused.
    assert len(days) >= 2


def test_a_caller_who_may_ask_nothing_is_told_so(redis):
    assert told(peek(caller(rate_limit=0))) == {"Limit": 0, "Remaining": 0, "Reset": 60}


def test_looking_takes_nothing(redis):
    who = caller(rate_limit=3)
    for _ in range(5):
        assert told(peek(who))["Remaining"] == 1

    assert redis.keys("*") == []


def test_without_redis_nothing_is_told(settings):
    settings.REDIS_ENABLED = False

    assert take(caller(), "sms").headers == {}


# --- Texts abroad --------------------------------------------------------------------------------


def test_texts_abroad_have_a_limit_of_their_own(redis):
    who = caller(sms=10, international_sms=1)
    require_international_allowance(who)
    accept(who, international=True)

    with pytest.raises(TooManyRequests) as refused:
        require_international_allowance(who)

    assert refused.value.message == "Exceeded send limits (international_sms: 1) for today"
    require_within_limits(who, "sms")


def test_a_text_abroad_counts_as_a_text_too(redis):
    who = caller(sms=1)
    accept(who, international=True)

    with pytest.raises(TooManyRequests):
        require_within_limits(who, "sms")


def test_a_text_at_home_does_not_count_as_one_abroad(redis):
    who = caller(international_sms=1)
    accept(who)

    require_international_allowance(who)


def test_a_test_key_is_refused_abroad_only_when_the_limit_is_nothing(redis):
    who = caller("test", international_sms=1)
    accept(who, international=True)
    require_international_allowance(who)

    with pytest.raises(TooManyRequests):
        require_international_allowance(caller("test", international_sms=0))


# --- Redis ---------------------------------------------------------------------------------------


def test_both_limits_cost_one_command_and_no_statement(redis_commands, django_assert_num_queries):
    who = caller()
    accept(who)
    redis_commands.clear()

    with django_assert_num_queries(0):
        accept(who)

    assert redis_commands == ["EVALSHA"]


def test_a_day_that_begins_without_a_database_begins_at_nothing(redis, no_database, caplog):
    who = caller(sms=1)

    accept(who)

    assert f"a daily limit of service {who.service.id} begins at nothing" in caplog.text
    with pytest.raises(TooManyRequests):
        accept(who)


def test_a_request_that_takes_nothing_of_the_day_counts_nothing_again(
    redis, django_assert_num_queries
):
    who = caller(rate_limit=1)
    with django_assert_num_queries(1):
        accept(who)
    redis.delete(*redis.keys("daily-limit-*"))

    with django_assert_num_queries(0):
        take(who, "sms")  # one too many this minute
        take(caller("test"), "sms")
        take(caller(sms=0), "sms")

    assert redis.keys("daily-limit-*") == []


@pytest.mark.parametrize("is_enabled", [True, False])
def test_without_redis_nothing_is_refused_and_that_is_logged(settings, caplog, is_enabled):
    settings.REDIS_ENABLED = is_enabled
    who = caller(rate_limit=0, sms=0)

    accept(who)
    accept(caller(international_sms=0), international=True)

    assert caplog.text.count("are not enforced") == 3
    assert str(who.service.id) in caplog.text


def test_a_key_of_the_wrong_kind_refuses_nothing_and_is_logged(redis, caplog):
    who = caller(sms=1)
    redis.set(f"rate-limit-{who.service.id}-normal", "x")

    require_within_limits(who, "sms")

    assert "limits cannot be read" in caplog.text


@pytest.mark.parametrize("word", ["sms", "international_sms"])
def test_a_counter_that_is_no_number_refuses_nothing_and_is_logged(redis, caplog, word):
    who = caller()
    redis.set(f"daily-limit-{who.service.id}-{word}-{clock.now():%Y-%m-%d}", "x")

    require_within_limits(who, "sms")
    require_international_allowance(who)

    assert "limits cannot be read" in caplog.text


def test_a_flushed_redis_knows_the_scripts_again(redis: Redis):
    who = caller()
    require_within_limits(who, "sms")
    redis.script_flush()
    redis.flushdb()

    require_within_limits(who, "sms")
