"""Codes that two people read to each other over the telephone: the format CALVOX-PHONE-1.

The rules that the modules keep:

- One codec serves every spoken form: words, characters and digits carry the same integer (`codec`, `forms`).
- A group is checked by itself as soon as it is typed, and the group that was mis-heard is named (`codec`, `dictation`).
- What is proposed instead satisfies that check, nearest by sound first (`suggest`, `sounds`).
- A whole code is repaired only where something independent decides: a confirmation's point on the curve, a request's
  check bits, the server ID of a retirement proof (`repair`, `oracles`). A server ID is never repaired silently.
- Only the signature travels down the line; both sides build the signed message themselves (`message`, `request`).
- The standard verification has the last word, and its four answers are told apart (`confirmation`).
- Whatever is typed, of any length, is read or refused with `BadCode` in bounded time and memory.

Groups and the places in them are counted from 0 in the code and from 1 in every text. Nothing here does I/O, reads a
clock or draws random numbers.
"""
