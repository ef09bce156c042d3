"""Places of privacy, where no camera may be (Article 6 ¶2). Pure.

Two nets. The first is what the operator declares (`premises`), a statement it answers for. The second reads its words:
it catches the honest mistake and the careless lie, not every wording. A place that is only a landmark passes when the
text says so next to it: "toilet" is refused, "square outside the toilet" and "厕所门外广场" are not.
"""

import re
import unicodedata

PREMISES = {20: "a toilet", 21: "a bathroom", 22: "a changing room", 23: "a guest room", 24: "a dormitory"}

# Simplified, traditional, Cantonese. In 旅客房… and 乘客房… the traveller only borders on what looks like a guest room.
_CHINESE = re.compile(
    "厕所|廁所|公厕|公廁|卫生间|衛生間|洗手间|洗手間|盥洗[室间間]|浴室|浴池|淋浴|澡堂|洗澡|[冲沖]凉房|[冲沖]涼房"
    "|更衣[室间間]|[试試]衣[室间間]|(?<![旅乘顾顧])客房|宿舍|寝室|寢室"
)
# Each word that is looked for has one of these in it.
_SUSPECT = re.compile(
    "[厕廁浴澡盥寝寢]|[卫衛]生|洗手|凉房|涼房|更衣|[试試]衣|客房|宿舍|toilet|lavator|room|shower|dorm"
)
_BETWEEN = re.compile(r"[\W_]+")
_CHINESE_LANDMARK = re.compile(
    "[楼樓区區]?(?:大?[门門]?[外口旁]|大[门門]|[入出]口|附近|[对對]面|走廊|通道|道路|[楼樓]下|周[边邊])"
)
_ENGLISH = re.compile(
    r"\b(?:toilets?|lavator(?:y|ies)|(?:rest|wash|bath|shower|locker|guest)\s?rooms?|showers?"
    r"|(?:changing|fitting|dressing)\s?rooms?|dormitor(?:y|ies)|dorms?)\b"
)
_ENGLISH_LANDMARK_BEFORE = re.compile(
    r"\b(?:outside|near|beside|opposite|behind|in front of"
    r"|(?:next|leading|corridor|passage|entrance) to)(?: \w+){0,3} $"
)


def is_suspect(text: str) -> bool:
    """Whether ``text`` has part of a word that `prohibited_word` looks for: nearly none has, and this is quick."""
    return _SUSPECT.search(_BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())) is not None


def prohibited_word(text: str) -> str | None:
    """The first word in ``text`` that names a place of privacy as the camera's own place; None when there is none."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    dense = _BETWEEN.sub("", plain)  # blanks and invisible signs between characters hide nothing
    for found in _CHINESE.finditer(dense):
        if not _CHINESE_LANDMARK.match(dense, found.end()):
            return found.group()
    spaced = _BETWEEN.sub(" ", plain).strip()
    for found in _ENGLISH.finditer(spaced):
        if not _ENGLISH_LANDMARK_BEFORE.search(spaced[: found.start()]):
            return found.group()
    return None
