"""How a CAL is decided, once more: lists, days and loops, and nothing of the code under test.

It is slow and plain on purpose. Everything that has ended is taken off its lists before anything is looked at; what is
drawn at random (52 to 89 days) is told to it as the set of what may come out.
"""

from dataclasses import dataclass, field

DAY = 86_400
DEVICE, USER, SESSION = 0, 1, 2
ALLOW, WARN, ENFORCE = "allow", "warn", "enforce"


@dataclass
class ModelPack:
    """CALs bought together, or converted from such."""

    number: int
    kind: int
    version: int
    signed: int
    ends: int
    converted: int = 0
    policy: str = ""

    @property
    def total(self) -> int:
        """Give what was signed, more or less what was converted."""
        return self.signed + self.converted


@dataclass
class ModelCal:
    """A CAL that is out."""

    kind: int
    holder: str
    version: int
    temporary: bool
    pack: int
    until: int
    lease: int = 0
    ident: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What an ask must bring."""

    refused: str = ""
    cal: ModelCal | None = None
    new: bool = False
    untils: frozenset[int] = frozenset()
    warned: bool = False


@dataclass
class Model:
    """One licence server."""

    now: int
    policy: str
    exact_version: bool
    lease_time: int
    activated: bool = False
    packs: list[ModelPack] = field(default_factory=list)
    cals: list[ModelCal] = field(default_factory=list)
    revoked: list[tuple[int, int]] = field(default_factory=list)
    """Version and last second of each revoked CAL."""
    seen_devices: set[str] = field(default_factory=set)
    proven_devices: set[str] = field(default_factory=set)
    authorised: list[list[object]] = field(default_factory=list)
    """Name, first second, last second or None."""
    lives: list[list[object]] = field(default_factory=list)
    """Per-user CALs that were ever out: holder, CAL, first second, the first second after."""

    # Time

    def drop_ended(self) -> None:
        """Take off the lists whatever has ended."""
        for cal in [cal for cal in self.cals if cal.until < self.now]:
            self.gone(cal, cal.until + 1)

    def gone(self, cal: ModelCal, when: int) -> None:
        """Take one CAL off."""
        self.cals.remove(cal)
        for life in self.lives:
            if life[1] is cal and life[3] is None:
                life[3] = when

    def drop_lapsed(self, spared: list[ModelCal]) -> None:
        """Take off sessions without a sign of life."""
        for cal in [cal for cal in self.cals if cal.kind == SESSION and cal.lease < self.now and cal not in spared]:
            self.gone(cal, self.now)

    # Counting

    def in_force(self, kind: int, at: int | None = None) -> list[ModelPack]:
        """List packs of a type that have not ended."""
        moment = self.now if at is None else at
        return [pack for pack in self.packs if pack.kind == kind and (pack.ends == 0 or moment < pack.ends)]

    def out_of(self, pack: ModelPack) -> int:
        """Count what is out of a pack."""
        return len([cal for cal in self.cals if cal.pack == pack.number])

    def free(self, pack: ModelPack) -> int:
        """Count what is left; below zero in over-use."""
        return pack.total - self.out_of(pack)

    def rule(self, pack: ModelPack) -> str:
        """Give a pack's policy."""
        return pack.policy if pack.policy else self.policy

    def last_second(self, pack: ModelPack, wished: int) -> int:
        """Cut a CAL's life at its pack's end."""
        return wished if pack.ends == 0 or wished < pack.ends else pack.ends - 1

    def fitting(self, kind: int, host: int) -> list[ModelPack]:
        """List packs that may serve a host, the fittest first."""
        found = []
        for version in range(20):
            if version < host or (self.exact_version and version != host):
                continue
            for number in range(3000):
                found += [p for p in self.in_force(kind) if (p.version, p.number) == (version, number)]
        return found

    # Asking

    def ask(self, kind: int, holder: str, host: int, logged_on: bool) -> Answer:
        """Say what must come of an ask, and carry it out; a drawn end is set by `learn`."""
        self.drop_ended()
        mine = [cal for cal in self.cals if (cal.kind, cal.holder) == (kind, holder)]
        if kind == SESSION and [pack for pack in self.in_force(SESSION) if self.free(pack) <= 0]:
            self.drop_lapsed(mine)
        if kind == DEVICE:
            return self._device(mine, holder, host, logged_on)
        if kind == USER:
            return self._user(mine, holder, host)
        return self._session(mine, holder, host)

    def _device(self, mine: list[ModelCal], holder: str, host: int, logged_on: bool) -> Answer:
        lives = [self.now + days * DAY for days in range(52, 90)]
        for cal in mine:
            if not cal.temporary and cal.version >= host:
                return self._longer(cal, host, lives, 7 * DAY)
        if holder not in self.seen_devices:
            self.seen_devices.add(holder)
            return self._give(DEVICE, holder, host, True, 0, [self.now + 90 * DAY], [])
        known = logged_on or holder in self.proven_devices
        able = self.fitting(DEVICE, host)
        free = [pack for pack in able if self.free(pack) > 0]
        if self.activated and known and free:
            self.proven_devices.add(holder)
            return self._from(free[0], DEVICE, holder, lives, mine)
        for cal in mine:
            if cal.temporary and cal.version >= host:
                return Answer(cal=cal, untils=frozenset([cal.until]))
            if cal.temporary:
                return self._give(DEVICE, holder, host, True, 0, [cal.until], mine)
        if not self.activated:
            return Answer("not-activated")
        if not known:
            return Answer("not-authenticated")
        return Answer("pool-used-up" if able else "no-fitting-pack")

    def _user(self, mine: list[ModelCal], holder: str, host: int) -> Answer:
        end = [self.now + 60 * DAY]
        for cal in mine:
            if cal.version >= host:
                return self._longer(cal, host, end, 7 * DAY)
        able = self.fitting(USER, host)
        for pack in able:
            if self.free(pack) > 0:
                return self._from(pack, USER, holder, end, mine)
        for pack in able:
            if self.rule(pack) != ENFORCE:
                return self._from(pack, USER, holder, end, mine)
        if able or self.policy == ENFORCE:
            return Answer("pool-used-up" if able else "no-fitting-pack")
        return self._give(USER, holder, host, False, 0, end, mine)

    def _session(self, mine: list[ModelCal], holder: str, host: int) -> Answer:
        end = [self.now + DAY]
        for cal in mine:
            if cal.version >= host:
                cal.lease = self.now + self.lease_time
                return self._longer(cal, host, end, DAY // 2)
        if not self.activated:
            return Answer("not-activated")
        able = self.fitting(SESSION, host)
        for pack in able:
            if self.free(pack) > 0:
                return self._from(pack, SESSION, holder, end, mine)
        return Answer("pool-used-up" if able else "no-fitting-pack")

    def _longer(self, cal: ModelCal, host: int, ends: list[int], near: int) -> Answer:
        as_it_is = Answer(cal=cal, untils=frozenset([cal.until]), warned=self._warned(cal))
        if cal.until - self.now > near:
            return as_it_is
        if cal.kind != USER and not self.activated:
            return as_it_is
        own = [pack for pack in self.in_force(cal.kind) if pack.number == cal.pack]
        for pack in own:
            too_many = self.free(pack) < 0 and self.rule(pack) == ENFORCE
            later = [self.last_second(pack, end) for end in ends]
            if not too_many and max(later) > cal.until:
                return Answer(cal=cal, untils=frozenset(later), warned=self._warned(cal))
        able = self.fitting(cal.kind, host)
        lasting = [pack for pack in able if self.last_second(pack, max(ends)) > cal.until]
        for pack in lasting:
            if self.free(pack) > 0:
                return self._from(pack, cal.kind, cal.holder, ends, [cal])
        if cal.kind != USER or own:
            return as_it_is
        for pack in lasting:
            if self.rule(pack) != ENFORCE:
                return self._from(pack, USER, cal.holder, ends, [cal])
        if not able and self.policy != ENFORCE:
            if cal.pack == 0:
                return Answer(cal=cal, untils=frozenset(ends), warned=self._warned(cal))
            return self._give(USER, cal.holder, host, False, 0, ends, [cal])
        return as_it_is

    def _from(self, pack: ModelPack, kind: int, holder: str, ends: list[int], old: list[ModelCal]) -> Answer:
        ends = [self.last_second(pack, end) for end in ends]
        return self._give(kind, holder, pack.version, False, pack.number, ends, old)

    def _give(
        self, kind: int, holder: str, version: int, temporary: bool, pack: int, ends: list[int], old: list[ModelCal]
    ) -> Answer:
        for cal in old:
            self.gone(cal, self.now)
        lease = self.now + self.lease_time if kind == SESSION else 0
        cal = ModelCal(kind, holder, version, temporary, pack, max(ends), lease)
        self.cals.append(cal)
        if kind == USER:
            self.lives.append([holder, cal, self.now, None])
        return Answer(cal=cal, new=True, untils=frozenset(ends), warned=self._warned(cal))

    def _warned(self, cal: ModelCal) -> bool:
        """Tell whether a per-user CAL is one of too many, where the policy warns of that."""
        if cal.kind != USER:
            return False
        if cal.pack == 0:
            return self.policy == WARN
        return any(self.free(p) < 0 and self.rule(p) == WARN for p in self.in_force(USER) if p.number == cal.pack)

    # Administering

    def may_revoke(self, version: int, at: int | None = None) -> tuple[int, int, int]:
        """Give CALs installed, CALs that may stand revoked, CALs that do."""
        moment = self.now if at is None else at
        installed = sum(pack.total for pack in self.in_force(DEVICE, moment) if pack.version == version)
        standing = len([1 for of, until in self.revoked if of == version and until >= moment])
        return installed, max(1, installed // 5), standing

    def may_revoke_from(self, version: int) -> int:
        """Find the moment from which one more may go."""
        moments = [self.now] + [until + 1 for of, until in self.revoked if of == version and until >= self.now]
        good = [
            moment for moment in moments if self.may_revoke(version, moment)[2] < self.may_revoke(version, moment)[1]
        ]
        return min(good)

    def revoke(self, cal: ModelCal) -> bool:
        """Revoke, if the share allows."""
        _, allowed, standing = self.may_revoke(cal.version)
        if standing >= allowed:
            return False
        self.revoked.append((cal.version, cal.until))
        self.gone(cal, self.now)
        return True

    def convert(self, pack: ModelPack, count: int) -> int | None:
        """Convert, or give the number that may be."""
        self.drop_ended()
        most = pack.total
        if pack.kind == DEVICE or self.rule(pack) == ENFORCE:
            most = pack.total - self.out_of(pack)
        most = max(most, 0)
        if count > most:
            return most
        number = pack.number - 1024 if pack.number > 1023 else pack.number + 1024
        pack.converted -= count
        for other in self.packs:
            if other.number == number:
                other.converted += count
                return None
        kind = USER if pack.kind == DEVICE else DEVICE
        self.packs.append(ModelPack(number, kind, pack.version, 0, pack.ends, count))
        return None

    def authorise(self, name: str) -> bool:
        """Put a user on the list; tell whether that was new."""
        if [entry for entry in self.authorised if entry[0] == name and entry[2] is None]:
            return False
        self.authorised.append([name, self.now, None])
        return True

    def unauthorise(self, name: str) -> bool:
        """Take a user off the list; tell whether they were on it."""
        current = [entry for entry in self.authorised if entry[0] == name and entry[2] is None]
        for entry in current:
            entry[2] = self.now
        return bool(current)

    def authorised_in(self, first: int, after: int) -> list[str]:
        """Name those who were authorised at any second of a time."""
        names = set()
        for name, begin, end in self.authorised:
            assert isinstance(begin, int)
            if begin < after and (not isinstance(end, int) or end > first):
                names.add(str(name))
        return sorted(names)

    def seen_in(self, first: int, after: int) -> list[str]:
        """Name those who had a per-user CAL at any second of a time."""
        names = set()
        for holder, cal, begin, end in self.lives:
            assert isinstance(cal, ModelCal)
            assert isinstance(begin, int)
            last = end if isinstance(end, int) else cal.until + 1
            if begin < after and max(last, begin + 1) > first:
                names.add(str(holder))
        return sorted(names)
