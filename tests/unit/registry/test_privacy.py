"""Places of privacy by their names: what the second net of Article 6 ¶2 catches, and what it lets through."""

import pytest

from services.registry.privacy import is_suspect, prohibited_word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("三楼男厕所", "厕所"),
        ("女更衣室", "更衣室"),
        ("员工宿舍 302", "宿舍"),
        ("酒店客房内", "客房"),
        ("泳池冲凉房", "冲凉房"),
        ("女更衣間", "更衣間"),
        ("厕 所", "厕所"),
        ("厕\u200b所", "厕所"),
        ("Ladies' Changing-Room", "changing room"),
        ("TOILET 2", "toilet"),
        ("ｔｏｉｌｅｔ", "toilet"),
        ("hotel guest_room 12", "guest room"),
        ("staff dormitories, corridor end", "dormitories"),
        ("square outside the toilet, and the showers", "showers"),
        ("厕所门外广场与浴室", "浴室"),
    ],
)
def test_a_place_of_privacy_is_found_however_it_is_written(text: str, word: str) -> None:
    assert prohibited_word(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "体育西路站 A 出口",
        "公园厕所门外广场",
        "宿舍区道路",
        "宿舍楼大门",
        "客房走廊",
        "旅客房间指引台",
        "square outside the public toilets",
        "corridor to the changing rooms",
        "Dormouse Lane, restaurant, showroom of the car maker",
        "restroute 7 and the bathhouse bridge",
        "",
    ],
)
def test_a_landmark_or_a_look_alike_passes(text: str) -> None:
    assert prohibited_word(text) is None


WORDS = (
    *("公厕", "公廁", "卫生间", "衛生間", "洗手间", "盥洗室", "浴室", "淋浴", "澡堂", "洗澡", "冲凉房", "沖涼房"),
    *("更衣室", "试衣间", "試衣室", "客房", "宿舍", "寝室", "寢室"),
    *("Toilet", "lavatory", "restroom", "bathroom", "shower", "fitting room", "dormitory", "dorms"),
)


@pytest.mark.parametrize("word", WORDS)
def test_the_quick_look_misses_no_word_that_the_slow_one_finds(word: str) -> None:
    assert prohibited_word(word)
    assert is_suspect(f"天河{word}北")
