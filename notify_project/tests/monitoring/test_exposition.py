from notify_project.monitoring.exposition import Family, Sample, text_of


def test_a_family_has_its_help_its_type_and_its_numbers():
    family = Family("waiting", "gauge", "Who waits.", [Sample(2, {"lane": "a", "x": "1"})])

    assert text_of([family]) == (
        '# HELP waiting Who waits.\n# TYPE waiting gauge\nwaiting{lane="a",x="1"} 2\n'
    )


def test_a_number_may_have_no_labels_and_a_part():
    family = Family("took", "histogram", "Took.", [Sample(0.25, suffix="_sum")])

    assert text_of([family]).endswith("\ntook_sum 0.25\n")


def test_a_family_without_numbers_is_named():
    assert text_of([Family("waiting", "gauge", "Who waits.", [])]).count("waiting") == 2


def test_values_of_labels_are_escaped():
    family = Family("waiting", "gauge", "Who waits.", [Sample(1, {"lane": 'a"\\\n'})])

    assert text_of([family]).splitlines()[-1] == r'waiting{lane="a\"\\\n"} 1'
