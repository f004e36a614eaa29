"""Classes of novacast.records are the library's data classes in all that can be seen of them."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest
from pydantic import BaseModel, TypeAdapter

from novacast.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seat:
    """One of a row."""

    row: str
    number: int = 1
    tags: tuple[str, ...] = field(default=(), compare=False)
    found: list[str] = field(default_factory=list, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Box(Seat):
    door: str = "left"


@dataclass(slots=True)
class Count:
    taken: int = 0
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = 10 - self.taken


@dataclass(frozen=True, slots=True, order=True)
class Version:
    major: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Generic[T]):
    name: str
    value: T


@dataclass(eq=False, slots=True)
class Place:
    name: str


@dataclass
class Loose:
    name: str

    def __repr__(self) -> str:
        return "loose"


@dataclass(frozen=True)
class Own:
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)

    def __hash__(self) -> int:
        return 7


def test_it_takes_positions_names_and_defaults_and_makes_a_list_for_each() -> None:
    first, second = Seat("A"), Seat(row="A", number=1)
    assert (first.row, first.number, first.tags, first.found) == ("A", 1, (), [])
    assert first == second
    assert first.found is not second.found


def test_it_refuses_what_the_library_refuses_in_its_words() -> None:
    with pytest.raises(TypeError, match=r"Seat\.__init__\(\) missing 1 required positional argument: 'row'"):
        Seat()  # type: ignore[call-arg]  # the point of it
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Seat("A", colour="red")  # type: ignore[call-arg]  # the point of it
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        Named("x", 1)  # type: ignore[misc]  # the point of it


def test_a_frozen_one_stays_as_it_is() -> None:
    seat = Seat("A")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        seat.number = 2  # type: ignore[misc]  # the point of it
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
        del seat.number
    count = Count(3)
    count.taken = 4
    assert (count.taken, count.left) == (4, 7)


def test_slots_are_slots() -> None:
    assert not hasattr(Seat("A"), "__dict__")
    assert Box.__slots__ == ("door",)
    with pytest.raises(AttributeError):
        Count().other = 1  # type: ignore[attr-defined]  # the point of it


def test_one_that_inherits_has_the_fields_of_both_in_order() -> None:
    box = Box("A", 2, ("x",), [], "right")
    assert [one.name for one in fields(Box)] == ["row", "number", "tags", "found", "door"]
    assert repr(box) == "Box(row='A', number=2, tags=('x',), door='right')"
    assert box != Seat("A", 2)


def test_equality_leaves_out_what_it_is_told_to_and_keeps_kinds_apart() -> None:
    assert Seat("A", tags=("x",)) == Seat("A", tags=("y",))
    assert Seat("A") != Seat("B")
    assert Seat("A") != ("A", 1)
    assert Place("a") != Place("a")


def test_hashes_follow_equality() -> None:
    assert len({Seat("A"), Seat("A"), Seat("B")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Count())
    assert hash(Place("a")) != 0


def test_methods_that_a_class_has_itself_stand() -> None:
    assert repr(Loose("x")) == "loose"
    assert (Own("a") == Own("b"), hash(Own("a"))) == (True, 7)


def test_those_with_an_order_are_sorted() -> None:
    assert sorted([Version(2, 0), Version(1, 9)]) == [Version(1, 9), Version(2, 0)]
    assert Version(1, 0) <= Version(1, 0) < Version(1, 1)


def test_the_library_knows_them() -> None:
    seat = Seat("A", found=["x"])
    assert dataclasses.is_dataclass(Seat)
    assert replace(seat, number=5) == Seat("A", 5, found=["x"])
    assert asdict(seat) == {"row": "A", "number": 1, "tags": (), "found": ["x"]}
    match seat:
        case Seat(row, number):
            assert (row, number) == ("A", 1)
    assert Seat.__doc__ == "One of a row."


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("one", [Seat("A", 3), Box("B"), Count(2), Version(1, 2), Named(name="n", value=1), Loose("x")])
def test_copies_are_equal(one: object, make: Callable[[object], object]) -> None:
    assert make(one) == one


def test_any_method_may_be_the_first_that_is_called() -> None:
    def fresh() -> tuple[type[Any], Any]:
        made = dataclass(frozen=True, slots=True)(type("Fresh", (), {"__annotations__": {"a": int}, "__module__": "x"}))
        empty = object.__new__(made)
        object.__setattr__(empty, "a", 1)
        return made, empty

    assert repr(fresh()[1]).endswith("Fresh(a=1)")
    assert hash(fresh()[1]) == hash((1,))
    made, empty = fresh()
    assert empty == made(1)
    made, empty = fresh()
    assert made(2) != empty


def test_bodies_may_have_them_for_fields() -> None:
    class Told(BaseModel):
        seat: Version

    told = Told.model_validate({"seat": {"major": 1, "minor": "2"}})
    assert told.seat == Version(1, 2)
    assert TypeAdapter(Version).dump_python(Version(3, 4)) == {"major": 3, "minor": 4}
