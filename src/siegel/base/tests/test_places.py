import pytest

from siegel.base.errors import BaseError
from siegel.base.places import Places


def test_one_key_gets_its_share_and_all_together_the_total() -> None:
    places = Places(total=3, each=2)
    with places.taken("a"), places.taken("a"):
        with pytest.raises(BaseError, match="busy"), places.taken("a"):
            pass
        with places.taken("b"), pytest.raises(BaseError, match="busy"), places.taken("c"):
            pass


def test_a_place_is_free_again_however_its_work_ended() -> None:
    places = Places(total=1, each=1)
    for _ in range(2):
        with pytest.raises(OSError, match="line"), places.taken("a"):
            raise OSError("the line broke")
    with places.taken("b"):
        pass


def test_a_refusal_says_when_to_come_again() -> None:
    from siegel.base.api import error_response

    places = Places(total=0, each=1)
    with pytest.raises(BaseError) as refused, places.taken("a"):
        pass
    answer = error_response(refused.value)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
