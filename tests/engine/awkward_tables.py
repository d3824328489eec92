"""Tables as they come: bytes, and the typed table or the sentence that they must give.

``EXPECTED``: name -> (bytes, columns by name). A column is a list of numbers, of words, or of dates, None for missing.
``REFUSED``: name -> (bytes, what the sentence says).
"""

from __future__ import annotations

from typing import Any

import numpy as np

D = np.datetime64
HUGE = "9" * 400
WORD = "w" * 200_000
WIDE = ",".join(f"c{place}" for place in range(2000))

EXPECTED: dict[str, tuple[bytes, dict[str, list[Any]]]] = {
    "plain": (b"a,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
    "utf-8": ("größe,ort\n1,Köln\n2,Łódź\n".encode(), {"größe": [1, 2], "ort": ["Köln", "Łódź"]}),
    "byte order mark": ("\ufeffa,b\n1,é\n".encode(), {"a": [1], "b": ["é"]}),
    "utf-16 with a mark": ("a,b\n1,é\n".encode("utf-16"), {"a": [1], "b": ["é"]}),
    "utf-16 the other way round": (("\ufeffa,b\n1,é\n").encode("utf-16-be"), {"a": [1], "b": ["é"]}),
    "utf-16 without a mark": ("a,b\n1,é\n2,x\n".encode("utf-16-le"), {"a": [1, 2], "b": ["é", "x"]}),
    "cp1252": ("a,b\n1,naïve – “x”\n".encode("cp1252"), {"a": [1], "b": ["naïve – “x”"]}),
    "latin-1": (b"a,b\n1,\x81\xe9\n", {"a": [1], "b": ["\x81é".strip()]}),
    "cp1252 far from the beginning": (
        b"a,b\n" + b"1,x\n" * 400_000 + b"2,\xe9\n",
        {"a": [1] * 400_000 + [2], "b": ["x"] * 400_000 + ["é"]},
    ),
    "semicolons and decimal commas": (b"a;b\n1,5;x\n-2,25;y\n", {"a": [1.5, -2.25], "b": ["x", "y"]}),
    "tabs": (b"a\tb\n1\tx y\n2\t\n", {"a": [1, 2], "b": ["x y", None]}),
    "bars": (b"a|b\n1|2\n3|4\n", {"a": [1, 3], "b": [2, 4]}),
    "spaces": (b"a   b\n  1  2\n 3   4\n", {"a": [1, 3], "b": [2, 4]}),
    "no header": (b"6,148,72\n1,85,66\n", {"column 1": [6, 1], "column 2": [148, 85], "column 3": [72, 66]}),
    "no header, text at the end": (
        b"5.1,setosa\n4.9,setosa\n",
        {"column 1": [5.1, 4.9], "column 2": ["setosa", "setosa"]},
    ),
    "words only": (b"colour,taste\nred,sweet\nred,sour\n", {"colour": ["red", "red"], "taste": ["sweet", "sour"]}),
    "duplicate names": (b"a,a,a,b\n1,2,3,4\n", {"a": [1], "a (2)": [2], "a (3)": [3], "b": [4]}),
    "a duplicate that is taken": (b"a,a,a (2)\n1,2,3\n", {"a": [1], "a (3)": [2], "a (2)": [3]}),
    "empty names": (b",a,\n1,2,3\n", {"column 1": [1], "a": [2], "column 3": [3]}),
    "header only": (b"a,b,c\n", {"a": [], "b": [], "c": []}),
    "all missing": (b"a,b\n1,\n2,NA\n", {"a": [1, 2], "b": [None, None]}),
    "missing markers": (
        b"a,b\n1,x\n?,N/A\nNaN,null\n-,None\n.,\nNULL,na\n",
        {"a": [1, None, None, None, None, None], "b": ["x", None, None, None, None, None]},
    ),
    "one row": (b"a,b\n1,x\n", {"a": [1], "b": ["x"]}),
    "one column": (b"a\n1\n2\n", {"a": [1, 2]}),
    "one class": (b"a,b\n1,x\n2,x\n", {"a": [1, 2], "b": ["x", "x"]}),
    "a constant target": (b"a,b\n1,5\n2,5\n", {"a": [1, 2], "b": [5, 5]}),
    "two thousand columns": (
        (WIDE + "\n" + ",".join(["1.5"] * 2000) + "\n").encode(),
        {f"c{place}": [1.5] for place in range(2000)},
    ),
    "quotes": (b'a,b\n1,"x, ""y"""\n2,"z"\n', {"a": [1, 2], "b": ['x, "y"', "z"]}),
    "a quoted newline": (b'a,b\n1,"x\ny"\n2,z\n', {"a": [1, 2], "b": ["x\ny", "z"]}),
    "quoted numbers": (b'"a","b"\n"1","2"\n', {"a": [1], "b": [2]}),
    "too few fields": (b"a,b,c\n1,2,3\n4\n5,6\n", {"a": [1, 4, 5], "b": [2, None, 6], "c": [3, None, None]}),
    "trailing delimiters": (b"a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
    "trailing delimiters below the names": (b"a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
    "names of rows": (b"a,b\nr1,1,2\nr2,3,4\n", {"column 1": ["r1", "r2"], "a": [1, 3], "b": [2, 4]}),
    "windows lines": (b"a,b\r\n1,x\r\n2,y\r\n", {"a": [1, 2], "b": ["x", "y"]}),
    "old mac lines": (b"a,b\r1,x\r2,y\r", {"a": [1, 2], "b": ["x", "y"]}),
    "no newline at the end": (b"a,b\n1,2\n3,4", {"a": [1, 3], "b": [2, 4]}),
    "empty lines": (b"\n\na,b\n\n1,2\n\n3,4\n\n", {"a": [1, 3], "b": [2, 4]}),
    "comment lines": (b"# made by hand\na,b\n1,#2\n# no more\n3,4\n", {"a": [1, 3], "b": ["#2", "4"]}),
    "a spreadsheet's delimiter line": (b"sep=;\na;b\n1,5;2\n3;4\n", {"a": [1.5, 3], "b": [2, 4]}),
    "a delimiter line without names": (b"sep=;\n1;2\n3;4\n", {"column 1": [1, 3], "column 2": [2, 4]}),
    "names in a comment": (b"# a,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
    "spaces around": (b"a , b\n 1 , x \n NA , ? \n", {"a": [1, None], "b": ["x", None]}),
    "dates": (
        b"a,b,c,d\n2024-01-31,31.1.2024,1/31/2024,2024-01-31 12:30\n"
        b"1969-12-31,1.2.2024,2/1/2024,2024-02-01T00:00:01Z\n",
        {
            "a": [D("2024-01-31"), D("1969-12-31")],
            "b": [D("2024-01-31"), D("2024-02-01")],
            "c": [D("2024-01-31"), D("2024-02-01")],
            "d": [D("2024-01-31T12:30"), D("2024-02-01T00:00:01")],
        },
    ),
    "years of two digits": (b"a,b\n1.2.68,1\n1.2.69,2\n", {"a": [D("2068-02-01"), D("1969-02-01")], "b": [1, 2]}),
    "days before months": (b"a,b\n31/1/2024,1\n1/2/2024,2\n", {"a": [D("2024-01-31"), D("2024-02-01")], "b": [1, 2]}),
    "a date that is none": (b"a,b\n2024-02-30,1\n2024-02-01,2\n", {"a": ["2024-02-30", "2024-02-01"], "b": [1, 2]}),
    "a zone": (b"a,b\n2024-01-01T01:00+02:00,1\n", {"a": [D("2023-12-31T23:00")], "b": [1]}),
    "booleans in five spellings": (
        b"a,b,c,d,e\nTrue,yes,1,T,on\nFalse,no,0,F,off\n",
        {"a": ["True", "False"], "b": ["yes", "no"], "c": [1, 0], "d": ["T", "F"], "e": ["on", "off"]},
    ),
    "thousands": (b'a,b\n"1,234",x\n"12,345,678.5",y\n', {"a": [1234, 12345678.5], "b": ["x", "y"]}),
    "thousands with points": (b"a;b\n1.234,5;0,1\n12.345.678;0,2\n", {"a": [1234.5, 12345678], "b": [0.1, 0.2]}),
    "infinite": (b"a,b\ninf,1\n-Infinity,2\n", {"a": [np.inf, -np.inf], "b": [1, 2]}),
    "four hundred digits": (f"a,b\n1,2\n{HUGE},3\n".encode(), {"a": [1, np.inf], "b": [2, 3]}),
    "more than 64 bits": (b"a,b\n1,2\n1180591620717411303424,3\n", {"a": [1, 2.0**70], "b": [2, 3]}),
    "a huge field": (f"a,b\n1,{WORD}\n".encode(), {"a": [1], "b": [WORD]}),
    "a word among numbers far from the beginning": (
        b"a,b\n" + b"1.50,2\n" * 1000 + b"often,3\n",
        {"a": ["1.50"] * 1000 + ["often"], "b": [2] * 1000 + [3]},
    ),
    "exponents": (b"a,b\n1e-3,1E5\n.5,+2.\n", {"a": [0.001, 0.5], "b": [100000, 2]}),
    "sentences with commas": (b"a;b\n1;well, yes\n2;no, never\n", {"a": [1, 2], "b": ["well, yes", "no, never"]}),
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", r"is empty"),
    "only blanks": (b"\n \n\n", r"is empty"),
    "only comments": (b"# a\n# b\n", r"is empty"),
    "too many fields": (b"a,b\n1,2\n3,4,5\n", r"line 3 of .* has 3 fields, but the table has 2 columns"),
    "too many fields at once": (b"a,b\n1,2,3,4\n3,4\n", r"line 2 of .* has 4 fields, but the table has 2 columns"),
    "too many fields after a quoted newline": (b'a,b\n"1\n2",2\n3,4,5\n', r"line 4 of .* has 3 fields"),
    "a quote that is not closed": (b'a,b\n"1\n",2\n\n1,"2\n3,4\n', r"line 5 of .* a quote .* not closed"),
    "zero bytes": (b"a,b\n1,\x00\x00\n", r"is not a table of text"),
    "zero bytes far from the beginning": (b"a,b\n" + b"1,2\n" * 300_000 + b"\x00,1\n", r"zero bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20, r"is not a table of text"),
    "packed": (b"\x1f\x8b\x08\x00abc", r"is packed with gzip; unpack it"),
    "an archive that is none": (b"PK\x03\x04 and so on", r"is damaged"),
    "an old workbook that is none": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000,
        r"cannot be read as a workbook",
    ),
    "Parquet that is none": (b"PAR1 and so on", r"cannot be read as Parquet"),
    "an array that is none": (b"\x93NUMPY\x01\x00\x10\x00{'descr': 'x'}  ", r"is damaged"),
    "200,000 columns": (",".join(["1"] * 200_000).encode() + b"\n", r"200,000 columns, and 10,000 are the most"),
    "one huge field": (b"a,b\n1," + b"x" * 60_000_000, r"longer than 8,000,000 letters"),
    "one huge field at the beginning": (b"x" * 60_000_000, r"longer than 8,000,000 letters"),
    "a quote that swallows the file": (
        b'a,b\n1,"' + b"2\n3,4\n" * 5_000_000,
        r"line 2 of .* a quote .* not closed",
    ),
    "a text of two million letters": (
        b"a,b\n1," + b"x" * 2_000_000 + b"\n",
        r"row 1, column 'b' holds a text of 2,000,000",
    ),
}
