"""The read model of cameras: bounded, fresh, forgetful of what changed, blind to state secrets."""

from services.decider.facts import Camera
from services.permissions.camera_memory import LIFETIME_S, CameraMemory


def camera(serial: int, level: int = 2) -> Camera:
    name = f"districts/440104/cameras/{serial:020}"
    return Camera(name, level, 13, "440104", "agencies/metro", 23.1, 113.2, is_accepted=True)


def test_what_was_learnt_is_recalled_until_it_is_stale() -> None:
    memory, known = CameraMemory(), camera(1)
    memory.learn([known], 100.0, memory.generation)
    assert memory.recall([known.name, "other"], 100.0 + LIFETIME_S - 1) == {known.name: known}
    assert memory.recall([known.name], 100.0 + LIFETIME_S) == {}


def test_the_least_recently_used_goes_first() -> None:
    memory, (one, two, three) = CameraMemory(limit=2), (camera(1), camera(2), camera(3))
    memory.learn([one, two], 0.0, memory.generation)
    memory.recall([one.name], 1.0)
    memory.learn([three], 1.0, memory.generation)
    assert set(memory.recall([one.name, two.name, three.name], 2.0)) == {one.name, three.name}
    assert len(memory) == 2


def test_an_answer_that_was_on_its_way_when_the_camera_changed_is_not_kept() -> None:
    memory, known = CameraMemory(), camera(1)
    asked = memory.generation
    memory.forget([known.name])
    memory.learn([known], 0.0, asked)
    assert memory.recall([known.name], 0.0) == {}


def test_state_secrets_are_never_kept() -> None:
    memory, secret = CameraMemory(), camera(1, level=5)
    memory.learn([secret], 0.0, memory.generation)
    assert len(memory) == 0


def test_after_a_change_that_cant_be_read_nothing_is_remembered_nor_what_was_on_its_way() -> None:
    memory = CameraMemory()
    memory.learn([camera(1), camera(2)], 0.0, memory.generation)
    asked = memory.generation
    memory.forget_all()
    memory.learn([camera(3)], 0.0, asked)
    assert len(memory) == 0


def test_the_cameras_of_a_batch_are_forgotten_together_and_no_others() -> None:
    memory, known = CameraMemory(), [camera(serial) for serial in range(3)]
    memory.learn(known, 0.0, memory.generation)
    memory.forget([known[0].name, known[1].name, "unknown"])
    assert set(memory.recall([each.name for each in known], 0.0)) == {known[2].name}
