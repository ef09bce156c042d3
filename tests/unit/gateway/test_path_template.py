"""Templates of google.api.http match what they say and nothing else."""

import pytest

from services.gateway.path_template import PathTemplate


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("/v1/scope", "/v1/scope", {}),
        ("/v1/scope", "/v1/scope/", None),
        ("/v1/{name=sessions/*}:close", "/v1/sessions/a-b:close", {"name": "sessions/a-b"}),
        ("/v1/{name=sessions/*}:close", "/v1/sessions/a:open", None),
        ("/v1/{name=districts/*/cameras/*}", "/v1/districts/1/cameras/2", {"name": "districts/1/cameras/2"}),
        ("/v1/{name=districts/*/cameras/*}", "/v1/districts/1/cameras/2:move", None),
        ("/v1/{name=districts/*/cameras/*}", "/v1/districts/1/cameras/", None),
        ("/v1/{copy.session=sessions/*}:record", "/v1/sessions/%E5%8C%97:record", {"copy.session": "sessions/北"}),
        ("/v1/{a}/x/{b}", "/v1/1/x/2", {"a": "1", "b": "2"}),
        ("/v1/{a}.b", "/v1/1xb", None),
    ],
)
def test_a_path_matches_with_its_variables_or_not(template: str, path: str, found: dict[str, str] | None) -> None:
    assert PathTemplate.parse(template).match(path) == found


@pytest.mark.parametrize("template", ["/v1/{name=**}", "/v1/{name", "/v1/*", "/v1/name}"])
def test_what_the_grammar_lacks_is_refused_at_start(template: str) -> None:
    with pytest.raises(ValueError, match=r"\*|name"):
        PathTemplate.parse(template)
