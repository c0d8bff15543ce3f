"""The typology against values worked out by hand from cases, case_codes and excerpt_codes."""

from dataclasses import replace

from kodebog.analysis.typology import compare_with_print, typology

# read off the tables by hand: cell → entries in codebook order, with the excerpts and initiatives behind them
BY_HAND = {
    ("characteristic", "mobilisation"): {"many-actors": ({"E01", "E02"}, {"town-centre", "harbours", "tourism"})},
    ("characteristic", "empowerment"): {
        "partner-mindset": ({"E04"}, {"employment-pilot", "building-permits", "disability-support"})
    },
    ("characteristic", "coordination"): {
        "civic-supplement": ({"E05", "E06"}, {"care-homes", "refugee-reception", "rehabilitation"})
    },
    ("role", "mobilisation"): {"facilitate-place": ({"E01", "E02"}, {"town-centre", "harbours", "tourism"})},
    ("role", "empowerment"): {
        "build-mindset": ({"E03", "E04"}, {"employment-pilot", "building-permits", "disability-support"})
    },
    ("role", "coordination"): {"coordinate-efforts": ({"E06"}, {"care-homes", "refugee-reception", "rehabilitation"})},
    ("value", "mobilisation"): {
        "mobilise-resources": ({"E01"}, {"harbours", "tourism"}),
        "protest-to-cooperation": ({"E01", "E10"}, {"harbours", "tourism"}),
    },
    ("value", "empowerment"): {
        "better-results": ({"E03", "E04"}, {"employment-pilot", "disability-support"}),
        "higher-satisfaction": ({"E03"}, {"building-permits", "disability-support"}),
        "user-influence": ({"E04"}, {"employment-pilot"}),
    },
    ("value", "coordination"): {
        "mobilise-resources": ({"E05", "E06"}, {"care-homes"}),
        "better-results": ({"E05"}, set()),
        "empathy-equality": ({"E05"}, {"refugee-reception"}),
        "professional-focus": ({"E06"}, {"care-homes"}),
    },
    ("example", "mobilisation"): {
        "ex-town-centre": (set(), {"town-centre"}),
        "ex-harbours": ({"E01", "E07"}, {"harbours"}),
        "ex-tourism": ({"E02", "E10"}, {"tourism"}),
    },
    ("example", "empowerment"): {
        "ex-employment-pilot": ({"E04"}, {"employment-pilot"}),
        "ex-building-permits": (set(), {"building-permits"}),
        "ex-disability-support": ({"E03"}, {"disability-support"}),
    },
    ("example", "coordination"): {
        "ex-refugee-reception": ({"E05"}, {"refugee-reception"}),
        "ex-care-homes": ({"E06"}, {"care-homes"}),
        "ex-rehabilitation": (set(), {"rehabilitation"}),
    },
}


def test_every_cell_as_worked_out_by_hand(study):
    rows = typology(study)
    rebuilt = {
        cell: {row.code: (set(row.excerpts), set(row.cases)) for row in part.itertuples()}
        for cell, part in rows.groupby(["dimension", "practice"])
    }
    assert rebuilt == BY_HAND
    assert [list(rebuilt[cell]) for cell in BY_HAND] == [list(entries) for entries in BY_HAND.values()]


def test_the_comparison_with_print(study):
    rows = compare_with_print(study)
    differ = {(r.dimension, r.practice, r.code): r.status for r in rows.itertuples() if r.status != "same"}
    assert differ == {
        ("value", "mobilisation", "sustainable-solutions"): "only printed",
        ("value", "empowerment", "user-influence"): "only rebuilt",
        ("value", "coordination", "better-results"): "only rebuilt",
        ("value", "coordination", "professional-focus"): "only rebuilt",
        ("example", "mobilisation", "ex-town-centre"): "only rebuilt",
        ("example", "empowerment", "ex-building-permits"): "only rebuilt",
        ("example", "coordination", "ex-rehabilitation"): "only rebuilt",
    }
    assert (rows["status"] == "same").sum() == len(study.published_typology) - 1


def test_the_printed_table_is_never_computed_from(study):
    without = replace(study, published_typology=study.published_typology.iloc[:0])
    assert typology(without).equals(typology(study))
