"""The book of sources: the one source of each stream here, by the address of its newest assignment. Pure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from services.streams.relay.intake import SourceSpec
from services.streams.relay.sessions import camera_of
from services.streams.relay.source import Source


@dataclass
class Book:
    """Satisfies SourceBook. A stream is a camera's feed, such as its main or its second one."""

    make_source: Callable[[SourceSpec], Source]
    _specs: dict[str, SourceSpec] = field(default_factory=dict)  # by the newest assignment of each stream
    _sources: dict[str, tuple[SourceSpec, Source]] = field(default_factory=dict)

    def note(self, feed: str, spec: SourceSpec) -> None:
        """Where the stream comes from, from now on."""
        self._specs[feed] = spec

    def source(self, feed: str) -> Source:
        """Its source, made when it is first asked for at this address."""
        spec = self._specs[feed]
        known = self._sources.get(feed)
        if known is None or known[0] != spec:
            known = self._sources[feed] = (spec, self.make_source(spec))
        return known[1]

    def expect(self, feed: str) -> None:
        """Viewers are on their way: pull the stream, until nobody came for as long as a source lingers.

        A picture begins with a key picture, and cameras send one every second or few.
        """
        with self.source(feed).held():
            pass

    def forget(self, is_needed: Callable[[str], bool]) -> None:
        """Drop streams that nobody needs, unless they are pulled still."""
        for feed in [feed for feed in self._specs if not is_needed(feed)]:
            if feed not in self._sources or not self._sources[feed][1].is_pulled:
                self._sources.pop(feed, None)
                del self._specs[feed]

    def signals(self, now_s: float) -> dict[str, bool]:
        """Whether pictures arrive of each camera pulled, of either stream (Article 15), at a monotonic second."""
        signals = dict[str, bool]()
        for feed, (_, source) in self._sources.items():
            if (signal := source.signal(now_s)) is not None:
                signals[camera_of(feed)] = signals.get(camera_of(feed), False) or signal
        return signals

    def states(self, now_s: float) -> Counter[str]:
        """How many streams of cameras are pulled now in each state: see `Source.state`."""
        states = Counter(source.state(now_s) for _, source in self._sources.values())
        del states[""]
        return states
