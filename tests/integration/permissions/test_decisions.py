"""What is allowed, by which rule, and what a refusal lacks."""

import pytest

from kapok.permissions.v1 import decider_service_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from services.chassis import errors
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage


async def test_standing_live_viewing_rests_on_article_14(stage: Stage) -> None:
    decision = await stage.check("police-yuexiu", city.TUNNEL, "LIVE")
    assert (decision.allowed, decision.article, decision.policy_revision) == (True, "Article 14 ¶1", 1)


async def test_what_no_rule_allows_is_refused_with_the_nearest_row(stage: Stage) -> None:
    decision = await stage.check("urban-yuexiu", city.TUNNEL, "LIVE")
    assert not decision.allowed
    assert decision.rule == "default-deny"
    assert decision.nearest_rule == "art18-live-incident-urban"
    assert list(decision.lacking) == ["incident"]


async def test_a_copy_needs_the_papers_of_article_19_named(stage: Stage) -> None:
    bare = await stage.check("police-yuexiu", city.STREET, "COPY")
    assert (bare.allowed, list(bare.lacking)) == (False, ["papers"])
    assert "Article 19" in bare.sentence
    papers = await stage.papers("police-yuexiu", city.STREET)
    assert (await stage.check("police-yuexiu", city.STREET, "COPY", legal_basis=papers)).allowed
    assert not (await stage.check("police-yuexiu", city.TUNNEL, "COPY", legal_basis=papers)).allowed
    assert not (await stage.check("police-guangzhou", city.STREET, "COPY", legal_basis=papers)).allowed


async def test_a_decision_on_papers_ends_with_them(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.STREET)
    decision = await stage.check("police-yuexiu", city.STREET, "COPY", legal_basis=papers)
    assert decision.HasField("valid_until")


async def test_a_hidden_camera_and_one_that_never_existed_are_refused_in_the_same_bytes(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou", "urban-yuexiu")
    for name in ("police-guangzhou", "metro", "urban-yuexiu", "command-guangzhou"):
        for attempt in (_check, _explain, _state, _take_over, _register):
            said = []
            for camera in (city.SECRET, city.NOWHERE):
                with pytest.raises(errors.Denied) as refusal:
                    await attempt(stage, name, camera, incident)
                told = (refusal.value.reason, refusal.value.message, dict(refusal.value.metadata))
                said.append(str(told).replace(camera, "CAMERA"))
            assert said[0] == said[1], attempt.__name__


async def test_national_security_and_the_operator_see_a_state_secret(stage: Stage) -> None:
    for name in ("security-guangzhou", "archive"):
        assert (await stage.check(name, city.SECRET, "DESCRIBE")).allowed
        scope = await stage.ask(name, "DescribeScope", pb.DescribeScopeRequest(action="ACTION_DESCRIBE"))
        assert any(5 in one.levels for one in scope.classes)


async def test_nobody_elses_scope_reaches_level_5(stage: Stage) -> None:
    for name in ("police-guangzhou", "command-guangzhou", "urban-yuexiu"):
        scope = await stage.ask(name, "DescribeScope", pb.DescribeScopeRequest(action="ACTION_DESCRIBE"))
        others = [one for one in scope.classes if not one.operator or one.is_operator_excluded]
        assert others
        assert all(5 not in one.levels for one in others)


async def test_a_scope_names_the_cameras_of_papers_in_force(stage: Stage) -> None:
    await stage.papers("police-yuexiu", city.TUNNEL)
    scope = await stage.ask("police-yuexiu", "DescribeScope", pb.DescribeScopeRequest(action="ACTION_COPY"))
    assert list(scope.cameras) == [city.TUNNEL]


async def test_explain_for_another_is_for_its_agency_and_municipal_police(stage: Stage) -> None:
    def about(name: str) -> pb.ExplainRequest:
        return pb.ExplainRequest(camera=city.TUNNEL, action="ACTION_LIVE", principal=city.principal(name))

    assert not (await stage.ask("police-guangzhou", "Explain", about("urban-yuexiu"))).decision.allowed
    assert (await stage.ask("command-guangzhou", "Explain", about("command-guangzhou-duty"))).nearest
    refusals = []
    for name in ("police-yuexiu", "nobody"):
        with pytest.raises(errors.Denied, match="own agency") as refusal:
            await stage.ask("urban-yuexiu", "Explain", about(name))
        refusals.append(refusal.value.message)
    assert refusals[0] == refusals[1]


async def test_a_service_is_told_what_a_session_stands_on(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    request = decider_service_pb2.DecideRequest(
        principal=city.principal("command-guangzhou"), camera=city.TUNNEL, action="ACTION_LIVE"
    )
    answer = await stage.serve("streams", "Decide", request)
    assert answer.decision.allowed
    assert (answer.agency, answer.incident, answer.security_level) == ("agencies/command-guangzhou", incident, 4)


async def test_internal_methods_are_for_services_that_speak_for_themselves(stage: Stage) -> None:
    for service in ("streams", "gateway", "audit"):
        with pytest.raises(errors.Denied) as refusal:
            await stage.serve(service, "LevelsOf", _new((city.STREET, 13)))
        assert refusal.value.reason == "METHOD_NOT_EXPOSED"
    with pytest.raises(errors.Unauthenticated):  # no principal: the gateway would have named one
        await stage.pretend("streams", "metro", "Check", _bare())


async def test_the_registry_is_told_the_levels_of_new_cameras_in_its_order(still: Stage) -> None:
    async with still.alone():
        answer = await still.serve("registry", "LevelsOf", _new((city.NOWHERE, 1), (city.SECRET, 1), (city.TUNNEL, 13)))
        assert (list(answer.security_levels), answer.policy_revision) == ([2, 5, 4], 1)
        with pytest.raises(errors.InvalidArgument) as refused:
            await still.serve("registry", "LevelsOf", _new((city.STREET, 1), (city.STREET, 14)))
        assert [violation.field for violation in refused.value.violations] == ["cameras[1].place_category"]


async def test_without_a_policy_no_camera_has_a_level(still: Stage) -> None:
    still.permissions.genesis_file.write_bytes(b"not signed")
    async with still.alone():
        with pytest.raises(errors.Denied, match="Article 14 ¶2"):
            await still.serve("registry", "LevelsOf", _new((city.STREET, 1)))


async def test_a_certificate_belongs_to_the_principal_that_the_genesis_gave_it(stage: Stage) -> None:
    def shown(name: str, owner: str) -> decider_service_pb2.IdentifyCertificateRequest:
        return decider_service_pb2.IdentifyCertificateRequest(
            principal=city.principal(name), certificate_sha256=city.fingerprint(owner)
        )

    found = await stage.serve("gateway", "IdentifyCertificate", shown("police-yuexiu", "police-yuexiu"))
    assert (found.agency_kind, found.tier, found.jurisdiction) == ("public-security", "district", "440104")
    for name, owner in (("police-yuexiu", "metro"), ("nobody", "metro")):
        with pytest.raises(errors.Unauthenticated):
            await stage.serve("gateway", "IdentifyCertificate", shown(name, owner))


async def test_wrong_fields_are_named(stage: Stage) -> None:
    for request, field in (
        (pb.CheckRequest(camera="cameras/1", action="ACTION_LIVE"), "camera"),
        (pb.CheckRequest(camera=city.STREET), "action"),
        (pb.CheckRequest(camera=city.STREET, action="ACTION_LIVE", incident="x"), "incident"),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await stage.ask("metro", "Check", request)
        assert [violation.field for violation in refusal.value.violations] == [field]


async def test_without_the_registry_nothing_is_decided(still: Stage) -> None:
    async with still.alone():
        with pytest.raises(errors.Unavailable) as refusal:
            await still.check("police-yuexiu", city.STREET, "LIVE")
    assert refusal.value.reason == "SERVICE_AWAY"


def _new(*cameras: tuple[str, int]) -> decider_service_pb2.LevelsOfRequest:
    """Cameras about to be registered, each with its place category."""
    return decider_service_pb2.LevelsOfRequest(
        cameras=[{"code": name.rpartition("/")[2], "place_category": category} for name, category in cameras]
    )


def _bare() -> pb.CheckRequest:
    return pb.CheckRequest(camera=city.STREET, action="ACTION_LIVE")


async def _check(stage: Stage, name: str, camera: str, _incident: str) -> None:
    await stage.check(name, camera, "DESCRIBE")


async def _explain(stage: Stage, name: str, camera: str, _incident: str) -> None:
    await stage.ask(name, "Explain", pb.ExplainRequest(camera=camera, action="ACTION_LIVE"))


async def _state(stage: Stage, name: str, camera: str, _incident: str) -> None:
    await stage.ask(name, "GetControlState", takeovers.GetControlStateRequest(name=f"{camera}/controlState"))


async def _take_over(stage: Stage, name: str, camera: str, incident: str) -> None:
    await stage.take_over(name, camera, incident=incident)


async def _register(stage: Stage, name: str, camera: str, _incident: str) -> None:
    await stage.papers(name, camera)
