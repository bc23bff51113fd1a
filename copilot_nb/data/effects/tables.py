"""What is known about names of Python and of the libraries that notebooks use."""

from __future__ import annotations

import ast

FRAMES = {"pandas", "polars", "numpy", "pyarrow", "xarray", "torch"}
"""Packages whose values are tables and arrays."""
DICTS_OF_TABLES = {"attrs", "encoding"}
"""Attributes of tables and arrays that are dicts."""
PLAIN = {
    "int", "float", "str", "bool", "complex", "bytes", "NoneType", "tuple", "frozenset",
    "datetime", "decimal", "fractions", "range", "polars", "pyarrow",
}  # fmt: skip
"""Kinds whose values never change in place by an operator."""
SCALARS = {"int", "float", "str", "bool", "complex", "bytes", "NoneType", *FRAMES}
"""Kinds of which an operator's result holds nothing of its operands."""
AUGMENTS_IN_PLACE = {"list", "set", "dict", "bytearray", "numpy", "collections", "torch"}
AUGMENTED = "__iadd__"

PACKAGES = {
    "IPython", "abc", "altair", "argparse", "array", "ast", "asyncio", "base64", "binascii",
    "bisect", "bokeh", "builtins", "calendar", "cmath", "collections", "colorsys", "contextlib",
    "copy", "csv", "dataclasses", "datetime", "dateutil", "decimal", "difflib", "duckdb",
    "enum", "fractions", "functools", "geopandas", "graphlib", "hashlib", "heapq", "html",
    "inspect", "io", "itertools", "json", "keyword", "lightgbm", "locale", "logging", "math",
    "matplotlib", "mpl_toolkits", "narwhals", "networkx", "numbers", "numpy", "operator",
    "pandas", "pathlib", "patsy", "pickle", "platform", "plotly", "polars", "posixpath",
    "pprint", "pyarrow", "pytz", "random", "re", "scipy", "seaborn", "secrets", "shapely",
    "sklearn", "sqlite3", "statistics", "statsmodels", "string", "struct", "sympy", "tabulate",
    "textwrap", "threading", "time", "timeit", "torch", "torchvision", "tqdm", "traceback",
    "types", "typing", "typing_extensions", "unicodedata", "urllib", "uuid", "warnings",
    "xarray", "xgboost", "zlib", "zoneinfo",
}  # fmt: skip
"""Packages whose functions do what the tables here say, and nothing else."""
BUILTINS = {
    "function", "bool", "int", "float", "str", "bytes", "complex", "list", "tuple", "dict", "set",
    "frozenset", "range", "slice", "NoneType", "bytearray", "memoryview", "generator", "type",
    "map", "filter", "zip", "enumerate", "reversed", "file", "ellipsis", "object",
    "builtin_function_or_method",
    "list_iterator", "tuple_iterator", "dict_keys", "dict_values", "dict_items",
}  # fmt: skip
"""Builtin types, likewise."""
TRUSTED = PACKAGES | BUILTINS
SIMPLE_ITERATORS = {"list_iterator", "tuple_iterator", "range_iterator", "dict_keyiterator",
                    "str_iterator", "itertools", "enumerate", "zip", "reversed", "io", "csv",
                    "set_iterator"}  # fmt: skip

CALLED = {"matplotlib", "scipy"}
"""Packages whose objects only compute when they are called, such as `cmap(0.5)`."""
COMPUTING = {"poly1d", "Polynomial"}
"""Classes of other packages of which that is true."""
PATH_TEXTS = {"name", "stem", "suffix", "anchor", "drive", "root"}

INTERNAL_NAMES = {"__builtins__", "__loader__", "__spec__", "__import__"}
INTERNAL_ATTRIBUTES = {"__dict__", "__globals__", "__builtins__", "__code__", "__subclasses__",
                       "__bases__", "__closure__", "__defaults__", "__kwdefaults__", "__loader__",
                       "__getattribute__", "__setattr__", "__delattr__", "__reduce__",
                       "__reduce_ex__", "__self__", "__wrapped__", "f_globals", "f_locals",
                       "f_builtins", "gi_frame", "cr_frame", "_mgr", "__setstate__",
                       "__import__", "user_ns", "user_global_ns", "user_module"}  # fmt: skip

SETTINGS = {"os.environ", "sys.path", "sys.modules", "sys.argv", "matplotlib.rcParams",
            "matplotlib.pyplot.rcParams", "pandas.options", "polars.Config", "sys.meta_path",
            "sys.stdout", "sys.stderr", "warnings.filters", "os.environb"}  # fmt: skip
"""Objects of modules that hold settings of the process."""
PRINTING = {
    f"sys.{stream}.{method}"
    for stream in ("stdout", "stderr")
    for method in ("write", "writelines", "flush")
}
"""Nothing that anybody has to know beforehand."""
ENVIRONMENT_READS = {"os.environ", "os.environb"}

OPERATORS: dict[type, str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__",
    ast.FloorDiv: "__floordiv__", ast.Mod: "__mod__", ast.Pow: "__pow__", ast.MatMult: "__matmul__",
    ast.LShift: "__lshift__", ast.RShift: "__rshift__", ast.BitAnd: "__and__",
    ast.BitOr: "__or__", ast.BitXor: "__xor__", ast.Eq: "__eq__", ast.NotEq: "__ne__",
    ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__",
}  # fmt: skip
COMPREHENSIONS: dict[type, str] = {
    ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator",
}  # fmt: skip
