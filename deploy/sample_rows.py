"""What fills the big tables of a sample installation, as one statement for each.

Every value follows from the row's number, so that the same size gives the same rows; times are
counted back from now. ``u(n, salt)`` is a number from 0 to 1 that looks like chance.
"""

from __future__ import annotations

from typing import Final

# Each row is made from sample_templates (one row for each template, with its service and key) and
# sample_jobs (one for each job), which live as long as the transaction.
FUNCTIONS: Final = """
    CREATE OR REPLACE FUNCTION pg_temp.u(n bigint, salt int) RETURNS float
    LANGUAGE sql IMMUTABLE AS
    $$ SELECT (hashint8extended(n, salt) & 2147483647) / 2147483648::float $$;
    CREATE OR REPLACE FUNCTION pg_temp.row_id(kind text, n bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n::text)::uuid $$;
    -- Most is sent between seven in the morning and nine in the evening, nothing after now.
    CREATE OR REPLACE FUNCTION pg_temp.sent_on(days_ago int, n bigint, now timestamptz)
    RETURNS timestamptz LANGUAGE sql STABLE AS $$
        SELECT CASE
            WHEN days_ago = 0 THEN now - pg_temp.u(n, 11) ^ 2
                * least(now - date_trunc('day', now, 'UTC'), interval '17 h')
            ELSE date_trunc('day', now, 'UTC') - days_ago * interval '1 day' + interval '1 h' * (
                CASE WHEN n % 12 = 0 THEN 24 * pg_temp.u(n, 11)
                ELSE 7 + 7 * (pg_temp.u(n, 11) + pg_temp.u(n, 12)) END)
        END
    $$;
"""
TEMPLATES: Final = """
    CREATE TEMP TABLE sample_templates ON COMMIT DROP AS
    SELECT t.id AS template_id, t.version, t.service_id, t.template_type, t.process_type,
        k.id AS key_id, s.place AS service_place,
        row_number() OVER (PARTITION BY s.id ORDER BY t.created_at, t.id) - 1 AS place,
        count(*) OVER (PARTITION BY s.id) AS templates
    FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) - 1 AS place FROM services
        WHERE id = ANY(%(services)s)) s
    JOIN templates t ON t.service_id = s.id
    JOIN api_keys k ON k.service_id = s.id AND k.name = 'live';
    CREATE UNIQUE INDEX ON sample_templates (service_place, place);
    ANALYZE sample_templates
"""
# A row goes to a service and a template of it: the first service sends half of all.
_PLACES: Final = """
    CASE WHEN pg_temp.u(n, 1) < 0.5 THEN 0
        ELSE 1 + floor(pg_temp.u(n, 2) ^ 2 * (%(service_count)s - 1))::int END AS service_place,
    floor(pg_temp.u(n, 3) ^ 2 * %(template_count)s)::int AS template_place
"""
JOBS: Final = f"""
    CREATE TEMP TABLE sample_jobs ON COMMIT DROP AS
    SELECT n AS number, pg_temp.row_id('job', n) AS job_id, t.*
    FROM (SELECT n, {_PLACES} FROM generate_series(0, %(jobs)s::bigint - 1) n) chosen
    JOIN sample_templates t ON t.service_place = chosen.service_place
        AND t.place = chosen.template_place
        AND t.template_type <> 'letter';
    CREATE UNIQUE INDEX ON sample_jobs (number);
    INSERT INTO jobs (id, original_file_name, service_id, template_id, template_version, created_at,
        notification_count, processing_started, processing_finished, job_status, archived,
        repair_count, created_by_id)
    SELECT job_id,
        (ARRAY['reminders', 'overdue', 'newsletter', 'appointments'])[1 + number %% 4]
            || ' ' || number || '.csv',
        service_id, template_id, version, started, greatest(1, %(messages)s / %(jobs)s / 4),
        started + interval '3 s', started + interval '4 min', 'finished', false, 0, %(person)s
    FROM (SELECT *, %(now)s::timestamptz
            - %(days)s * interval '1 day' * (1 - number::float / %(jobs)s) AS started
        FROM sample_jobs) j
"""  # noqa: S608 - of nothing but words of this module
NOTIFICATIONS: Final = f"""
    INSERT INTO notifications (
        id, service_id, template_id, template_version, api_key_id, job_id, job_row_number,
        "to", normalised_to, key_type, notification_type, process_type, lane, is_real,
        notification_status, created_at, sent_at, updated_at, sent_by, reference,
        client_reference, billable_units, international, phone_prefix, rate_multiplier, postage,
        personalisation, delivery_attempts, failure_reason, next_attempt_at)
    WITH chosen AS MATERIALIZED (
        SELECT n, {_PLACES},
            CASE WHEN pg_temp.u(n, 4) < 0.25 THEN n * %(jobs)s / (%(messages)s + 1) END
                AS job_place,
            pg_temp.u(n, 5) AS luck,
            ((%(messages)s - n) * %(days)s / %(messages)s)::int AS days_ago
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
    ), placed AS MATERIALIZED (
        SELECT c.n, c.luck, j.job_id,
            CASE WHEN c.n > %(messages)s - %(waiting)s
                THEN %(now)s::timestamptz - pg_temp.u(c.n, 13) * interval '10 min'
                ELSE pg_temp.sent_on(c.days_ago, c.n, %(now)s) END AS created_at,
            coalesce(j.service_id, t.service_id) AS service_id,
            coalesce(j.template_id, t.template_id) AS template_id,
            coalesce(j.version, t.version) AS version,
            coalesce(j.template_type, t.template_type) AS type,
            coalesce(j.process_type, t.process_type) AS process_type,
            t.key_id,
            c.n %% 40 = 7 AS is_test
        FROM chosen c
        JOIN sample_templates t ON t.service_place = c.service_place AND t.place = c.template_place
        LEFT JOIN sample_jobs j ON j.number = c.job_place
    ), standing AS MATERIALIZED (
        SELECT *, created_at + interval '1 s' * (1 + 3 * luck) AS handed_over, CASE
            WHEN n > %(messages)s - %(waiting)s AND type <> 'letter' THEN 'created'
            WHEN is_test THEN 'delivered'
            WHEN created_at > %(now)s::timestamptz - interval '20 min' AND luck < 0.3
                THEN 'sending'
            WHEN type = 'letter' THEN CASE
                WHEN luck < 0.01 THEN 'validation-failed' WHEN luck < 0.02 THEN 'returned-letter'
                WHEN luck < 0.021 THEN 'virus-scan-failed' WHEN luck < 0.03 THEN 'cancelled'
                WHEN luck < 0.035 THEN 'permanent-failure'
                WHEN created_at > %(now)s::timestamptz - interval '1 day' THEN 'created'
                WHEN created_at > %(now)s::timestamptz - interval '3 days' THEN 'sending'
                ELSE 'delivered' END
            -- One provider was away for twenty minutes of the day before yesterday.
            WHEN created_at >= date_trunc('day', %(now)s::timestamptz, 'UTC') - interval '34 h'
                AND created_at < date_trunc('day', %(now)s::timestamptz, 'UTC')
                    - interval '34 h' + interval '20 min'
                AND type = 'sms' AND luck < 0.7 THEN 'technical-failure'
            WHEN luck < 0.03 THEN 'permanent-failure' WHEN luck < 0.045 THEN 'temporary-failure'
            WHEN luck < 0.047 THEN 'technical-failure' WHEN luck < 0.06 AND type = 'sms' THEN 'sent'
            ELSE 'delivered' END AS status
        FROM placed
    )
    SELECT pg_temp.row_id('message', n), service_id, template_id, version,
        CASE WHEN job_id IS NULL THEN key_id END, job_id, CASE WHEN job_id IS NOT NULL THEN n END,
        CASE type WHEN 'sms' THEN '07700 9' || lpad((n * 7919 %% 90000)::text, 5, '0')
            WHEN 'email' THEN 'reader' || n * 7919 %% 90000 || '@example.org'
            ELSE 'A Reader' || E'\\n' || n %% 300 || ' High Street' || E'\\nSW1A 1AA' END,
        CASE type WHEN 'sms' THEN '4477009' || lpad((n * 7919 %% 90000)::text, 5, '0')
            WHEN 'email' THEN 'reader' || n * 7919 %% 90000 || '@example.org'
            ELSE 'areader' || n %% 300 || 'highstreetsw1a1aa' END,
        CASE WHEN is_test THEN 'test' ELSE 'normal' END, type, process_type,
        CASE WHEN type = 'letter' THEN 'letters' WHEN is_test THEN 'research-mode'
            WHEN process_type = 'priority' THEN 'priority'
            WHEN job_id IS NOT NULL THEN 'bulk' ELSE 'normal' END,
        NOT is_test, status, created_at,
        CASE WHEN status NOT IN ('created', 'validation-failed', 'virus-scan-failed', 'cancelled')
            THEN handed_over END,
        CASE WHEN status NOT IN ('created', 'sending')
            THEN handed_over + interval '1 s' * 40 * luck END,
        CASE WHEN status IN ('created', 'validation-failed', 'virus-scan-failed', 'cancelled')
            THEN NULL
            WHEN type = 'letter' THEN 'dvla' WHEN type = 'email' THEN 'smtp'
            WHEN n %% 5 < 3 THEN 'mmg' ELSE 'firetext' END,
        CASE WHEN type = 'letter' OR status <> 'created'
            THEN upper(left(md5('reference' || n), 16)) END,
        CASE WHEN n %% 3 = 0 THEN 'case ' || n WHEN n %% 3 = 1 THEN 'campaign ' || n %% 40 END,
        CASE type WHEN 'email' THEN 0 ELSE 1 + (n %% 9 = 0)::int END, false,
        CASE WHEN type = 'sms' THEN '44' END, CASE WHEN type = 'sms' THEN 1 END,
        CASE WHEN type = 'letter' THEN 'second' END,
        (%(values)s::text[])[1 + n %% array_length(%(values)s::text[], 1)],
        CASE WHEN status = 'created' THEN n %% 3 ELSE 1 END,
        CASE status WHEN 'technical-failure' THEN 'no provider took it in time' END,
        CASE WHEN status = 'created' AND n %% 3 > 0
            THEN %(now)s::timestamptz + interval '1 s' * (n %% 900) END
    FROM standing
"""  # noqa: S608 - of nothing but words of this module
# Of the newest messages, and of some that are kept no longer.
HISTORY: Final = """
    INSERT INTO notification_history ({columns}, job_id, service_id, template_id, api_key_id)
    SELECT {columns}, job_id, service_id, template_id, api_key_id
    FROM notifications WHERE is_real AND created_at > %(since)s
    UNION ALL
    SELECT {old_columns}, job_id, service_id, template_id, api_key_id
    FROM notifications WHERE is_real AND created_at > %(since)s AND billable_units = 2
"""
CALLS: Final = """
    INSERT INTO callback_deliveries (id, callback_type, subject_id, event_key, payload, state,
        attempts, next_attempt_at, last_response_code, last_error, created_at, finished_at,
        service_id)
    WITH told AS (
        SELECT n.id, n.updated_at, n.service_id, n.notification_status,
            pg_temp.u(hashtext(n.id::text), 6) AS luck,
            n.service_id = %(deaf)s AND n.updated_at > %(now)s::timestamptz - interval '10 h'
                AS is_deaf
        FROM notifications n
        WHERE n.service_id = ANY(%(callers)s) AND n.updated_at IS NOT NULL AND n.is_real
            AND n.notification_type <> 'letter'
        ORDER BY n.created_at DESC LIMIT %(calls)s
    ), judged AS (
        SELECT *, CASE WHEN is_deaf AND luck < 0.2 THEN 'waiting' WHEN is_deaf THEN 'given-up'
            WHEN luck < 0.004 THEN 'given-up' WHEN luck < 0.005 THEN 'dropped' ELSE 'done' END
            AS state
        FROM told
    )
    SELECT id, 'delivery_status', id, notification_status, %(payload)s, state,
        CASE WHEN state = 'done' THEN 1 + (luck > 0.95)::int ELSE 5 END,
        CASE WHEN state = 'waiting' THEN %(now)s::timestamptz + interval '1 min' * 30 * luck END,
        CASE WHEN state = 'done' THEN 200 WHEN luck < 0.5 THEN 503 END,
        CASE WHEN state = 'done' THEN '' WHEN luck < 0.5 THEN 'answered 503' ELSE 'ReadTimeout' END,
        updated_at, CASE WHEN state <> 'waiting' THEN updated_at + interval '17 s' END, service_id
    FROM judged
"""
ATTEMPTS: Final = """
    INSERT INTO callback_attempts (attempt, began_at, duration_ms, response_code, error,
        delivery_id)
    SELECT number, created_at + interval '1 s' * (number - 1) ^ 2, 40 + hashtext(id::text) & 255,
        CASE WHEN number = attempts THEN last_response_code ELSE 503 END,
        CASE WHEN number = attempts THEN last_error ELSE 'answered 503' END, id
    FROM callback_deliveries, generate_series(1, attempts) number
"""
# Of each message that did not go straight, where the table is there.
EVENTS: Final = """
    INSERT INTO delivery_events (notification_id, at, kind, attempt, provider, outcome, code, raw,
        duration_ms, is_applied)
    SELECT id, created_at + interval '1 s' * number, kind, CASE WHEN kind = 'attempt' THEN 1 END,
        coalesce(sent_by, 'mmg'),
        CASE WHEN kind = 'attempt' THEN 'not-taken' ELSE notification_status END,
        '503', 'busy', CASE WHEN kind = 'attempt' THEN 250 END, true
    FROM notifications, unnest(ARRAY['attempt', 'receipt']) WITH ORDINALITY AS two (kind, number)
    WHERE delivery_attempts > 0 AND notification_type <> 'letter'
        AND (notification_status <> 'delivered' OR pg_temp.u(hashtext(id::text), 9) < 0.2)
"""
AUDIT: Final = """
    INSERT INTO audit_events (id, actor_id, actor_kind, action, service_id, subject_type,
        subject_id, before, after, reason, request_id, created_at)
    SELECT pg_temp.row_id('event', n), CASE WHEN n %% 4 > 0 THEN %(person)s::uuid END,
        CASE WHEN n %% 4 > 0 THEN 'support' ELSE 'system' END,
        (ARRAY['change service', 'look at message', 'replay callback', 'update template'])
            [1 + n %% 4], service_id,
        CASE n %% 4 WHEN 0 THEN 'services.service' WHEN 3 THEN 'templates_app.template'
            ELSE 'notifications.notification' END,
        CASE n %% 4 WHEN 0 THEN service_id::text WHEN 3 THEN template_id::text
            ELSE pg_temp.row_id('message', %(messages)s - n %% (%(messages)s - 1))::text END,
        CASE WHEN n %% 4 = 0 THEN '{"rate_limit": 3000}'::jsonb END,
        CASE WHEN n %% 4 = 0 THEN '{"rate_limit": 6000}'::jsonb END,
        CASE WHEN n %% 4 > 0 THEN 'a citizen asked' ELSE '' END,
        CASE WHEN n %% 2 = 0 THEN md5('request' || n) ELSE '' END,
        %(now)s::timestamptz - %(days)s * interval '1 day' * (n::float / %(events)s)
    FROM (SELECT n, 1 + floor(pg_temp.u(n, 8) * (SELECT count(*) FROM sample_templates))::int AS k
        FROM generate_series(1, %(events)s::bigint) n) e
    JOIN (SELECT *, row_number() OVER (ORDER BY service_place, place) AS k FROM sample_templates) t
        USING (k)
"""
FACTS: Final = """
    INSERT INTO ft_notification_status (bst_date, service_id, template_id, job_id,
        notification_type, key_type, notification_status, notification_count, created_at)
    SELECT (created_at AT TIME ZONE 'Europe/London')::date AS day, service_id, template_id,
        coalesce(job_id, '00000000-0000-0000-0000-000000000000'), notification_type, key_type,
        notification_status, count(*), %(now)s
    FROM notifications
    WHERE is_real AND created_at < date_trunc('day', %(now)s::timestamptz, 'Europe/London')
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
BILLS: Final = """
    INSERT INTO ft_billing (bst_date, template_id, service_id, notification_type, provider,
        rate_multiplier, international, rate, postage, billable_units, notifications_sent,
        created_at)
    SELECT bst_date, template_id, service_id, notification_type,
        CASE notification_type WHEN 'sms' THEN 'mmg' WHEN 'email' THEN 'smtp' ELSE 'dvla' END,
        CASE WHEN notification_type = 'email' THEN 0 ELSE 1 END, false,
        CASE notification_type WHEN 'sms' THEN 0.024 WHEN 'letter' THEN 0.68 ELSE 0 END,
        CASE WHEN notification_type = 'letter' THEN 'second' ELSE 'none' END,
        CASE WHEN notification_type = 'email' THEN 0 ELSE sum(notification_count) END,
        sum(notification_count), %(now)s
    FROM ft_notification_status
    WHERE notification_status NOT IN ('created', 'validation-failed', 'virus-scan-failed',
        'cancelled', 'technical-failure')
    GROUP BY 1, 2, 3, 4
"""
TIMES: Final = """
    INSERT INTO ft_processing_time (bst_date, messages_total, messages_within_10_secs)
    SELECT bst_date, sum(notification_count), sum(notification_count) * 199 / 200
    FROM ft_notification_status WHERE notification_type <> 'letter' GROUP BY 1
"""
TEXTS: Final = """
    INSERT INTO inbound_sms (id, notify_number, user_number, content, provider, provider_date,
        created_at, service_id)
    SELECT pg_temp.row_id('text', n), '07700900456', %(payload)s, %(payload)s, 'mmg', at, at,
        (%(callers)s)[1]
    FROM (SELECT n, %(now)s::timestamptz - n * interval '3 min' AS at
        FROM generate_series(1, %(events)s / 20) n) t
"""
RUNS: Final = """
    INSERT INTO periodic_runs (task, slot, state, started_at, finished_at, detail)
    SELECT task, slot, CASE WHEN n %% 97 = 5 THEN 'failed' ELSE 'done' END, slot,
        slot + interval '2 s', ''
    FROM unnest(ARRAY['delete_old_notifications', 'count_yesterday', 'sweep']) task,
        generate_series(1, %(days)s * 4) n,
        LATERAL (SELECT date_trunc('hour', %(now)s::timestamptz) - n * interval '6 h' AS slot) s
"""
# What the use cases made a moment ago has been there for a while, and a job has the rows it has.
AGES: Final = tuple(
    f"UPDATE {table} SET created_at = created_at - interval '100 days'"  # noqa: S608 - our names
    for table in (
        *("services", "services_history", "api_keys", "api_keys_history"),
        *("templates", "templates_history", "organisation", "users"),
    )
)
ROWS_OF_JOBS: Final = """
    UPDATE jobs SET notification_count = rows.count
    FROM (SELECT job_id, count(*) FROM notifications WHERE job_id IS NOT NULL GROUP BY 1) rows
    WHERE rows.job_id = jobs.id
"""
