"""Recognise postcodes of the United Kingdom and print them as the post wants them."""

import re

from notify_project.recipients.characters import remove_obscure

# Source: the API contract, postcode areas. BF is the forces', GY, IM and JE the islands'.
_AREAS = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN"
    " DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L"
    " LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA"
    " SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS"
    " WV YO ZE"
)
_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_is_postcode = re.compile(
    rf"(?:{'|'.join(_AREAS.split())})[0-9][0-9A-Z]?[0-9][{_UNIT_LETTERS}]{{2}}"
).fullmatch


def printed_postcode(text: str) -> str | None:
    """Return a real postcode in upper case with its space; None for any other text."""
    compact = "".join(remove_obscure(text).split())
    if not compact.isascii() or not _is_postcode(compact := compact.upper()):
        return None
    return f"{compact[:-3]} {compact[-3:]}"
