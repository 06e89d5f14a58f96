from capserver.manifest import compile_set
from tests.offered import SAY, WAVE, found, properties

# findings


def test_a_good_manifest_has_no_findings() -> None:
    assert compile_set([WAVE, SAY]).findings == ()


def test_findings_tell_what_would_make_it_better() -> None:
    command = {
        "name": "turn_on",
        "descripton": "Turns on",
        "x-mine": 1,
        "zzz": 1,
        "parameters": {
            **properties(
                a={"type": "string", "minlength": 1, "x-b": 2},
                b={"$ref": "#/$defs/b"},
                c={"description": " "},
            ),
            "$defs": {"b": {}},
        },
        "returns": {"typ": "string"},
    }
    made = compile_set([command, {"name": "TurnOn", "description": "x", "examples": ["x"]}])
    where = "/commands/0"
    assert found(made) == {
        ("/commands", "near_duplicate"),
        (where + "/descripton", "unknown_field"),
        (where + "/zzz", "unknown_field"),
        (where + "/description", "no_description"),
        (where + "/examples", "no_examples"),
        (where + "/parameters", "open_object"),
        (where + "/parameters/properties/a", "no_parameter_description"),
        (where + "/parameters/properties/c", "no_parameter_description"),
        (where + "/parameters/properties/a/minlength", "unknown_keyword"),
        (where + "/returns/typ", "unknown_keyword"),
    }
    messages = {finding.path: finding.message for finding in made.findings}
    assert "did you mean description?" in messages[where + "/descripton"]
    assert "did you mean minLength?" in messages[where + "/parameters/properties/a/minlength"]
    assert "did you mean" not in messages[where + "/zzz"]
    assert messages["/commands"] == "TurnOn and turn_on are hard to tell apart"


def test_a_large_set_is_told_with_its_size() -> None:
    many = compile_set([{**WAVE, "name": f"go{n}x"} for n in range(51)])
    (finding,) = many.findings
    assert (finding.path, finding.code) == ("/commands", "large_set")
    assert f"51 commands, about {many.tokens:,} tokens" in finding.message
    wordy = compile_set([{**WAVE, "name": f"go{n}x", "description": "说" * 4000} for n in range(3)])
    assert 12_000 < wordy.tokens < 13_000
    assert found(wordy) == {("/commands", "large_set")}
