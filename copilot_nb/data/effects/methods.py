"""Methods that change the object they are called on, by kind of object."""

from __future__ import annotations

ARGUMENT_METHODS = {"shuffle": 0, "readinto": 0, "recv_into": 0}
"""Methods that change one of their arguments, and which."""


def words(text: str) -> frozenset[str]:
    """The words of a text, as a table of names."""
    return frozenset(text.split())


_LIST = "append extend insert remove pop clear sort reverse"
_DICT = "update pop popitem clear setdefault"
_SET = """add discard remove pop clear update difference_update intersection_update
    symmetric_difference_update"""
_OF_ITEMS = "append extend remove clear discard setdefault reverse"
"""What no table or array can do: then it is a list, a set or a dict in one of the cells."""

CHANGING: dict[str, frozenset[str]] = {
    kind: words(names)
    for kind, names in {
        "list": _LIST,
        "dict": _DICT,
        "set": _SET,
        "bytearray": _LIST,
        "array": f"{_LIST} byteswap frombytes fromfile fromlist",
        "collections": f"""{_LIST} {_DICT} {_SET} appendleft extendleft popleft rotate
            move_to_end subtract""",
        "pandas": f"insert pop update {_OF_ITEMS}",
        "numpy": f"""{_OF_ITEMS} sort fill resize put partition itemset setflags setfield
            shuffle seed set_state""",
        "polars": """scatter insert_column replace_column drop_in_place extend append insert_at_idx
            replace_at_idx set_sorted_in_place""",
        "duckdb": """register unregister append begin commit rollback close create_function
            remove_function load_extension install_extension register_filesystem
            unregister_filesystem checkpoint""",
        "sqlite3": """commit rollback close backup deserialize create_function create_aggregate
            create_window_function create_collation set_authorizer set_progress_handler
            set_trace_callback enable_load_extension load_extension fetchone fetchmany fetchall""",
        "xarray": "update load close",
        "sklearn": "fit partial_fit fit_transform fit_predict set_params set_output warm_start",
        "lightgbm": "fit update set_params",
        "xgboost": "fit update set_params load_model",
        "networkx": """add_node add_nodes_from add_edge add_edges_from remove_node remove_edge
            remove_nodes_from remove_edges_from clear clear_edges update add_weighted_edges_from""",
        "torch": """backward step zero_grad train eval load_state_dict to cuda cpu half float
            double apply register_buffer register_parameter add_module requires_grad_ share_memory
            register_forward_hook register_module""",
        "generator": "send throw close",
        "plotly": """add_trace add_traces add_annotation add_shape add_hline add_vline update
            add_scatter add_bar for_each_trace update_layout update_traces update_xaxes
            update_yaxes add_vrect add_hrect""",
    }.items()
}
ALWAYS_CHANGING = {"matplotlib", "mpl_toolkits", "random", "tqdm", "io"}
"""Kinds of which every method that does not only look is taken to change them."""
LOOKING = ("get", "is", "has", "can", "contains", "format", "savefig", "to_", "closed", "read")
DRAWS = {"Generator", "RandomState", "BitGenerator", "PCG64", "MT19937"}
"""Classes of numpy whose every method moves their state on."""

VIEWS = words("""
    reshape ravel squeeze transpose swapaxes view T values array loc iloc at iat get xs pipe items
    iterrows itertuples groupby rolling expanding resample to_numpy get_group diagonal flat real
    imag rename set_axis set_flags str dt cat plot index columns get_column lazy to_frame
    to_series __array__ asof astype infer_objects data style subplots gca axes detach numpy
    unsqueeze expand permute narrow chunk split select squeeze_ get_columns iter_columns iter_rows
    iter_slices head tail take first last truncate filter
""")  # fmt: skip
"""Methods whose result may share memory with the object."""
XARRAY_VIEWS = VIEWS - {"rolling", "resample", "astype"} | words("""
    isel sel thin drop_vars drop_dims drop_attrs drop_sel drop_isel assign assign_coords
    assign_attrs rename_dims rename_vars swap_dims set_coords reset_coords expand_dims stack unstack
    set_index reset_index reset_encoding set_xindex drop_indexes to_dataset broadcast_like
    broadcast_equals compute persist chunk merge map map_blocks reindex reindex_like sortby
    filter_by_attrs as_numpy swap_coords interp_like
    convert_calendar weighted coarsen groupby_bins
""")
"""The same of xarray, whose tables share what nobody computed anew."""
ARTISTS = words("""
    get_figure get_axes get_lines get_legend get_children get_xaxis get_yaxis get_texts get_patches
    get_xticklabels get_yticklabels get_legend_handles_labels
""")
"""Methods of pictures that give a part of them; the others beginning with `get_` give values."""
HOLDING = words("""
    copy values items keys get setdefault pop popitem popleft most_common union intersection
    difference symmetric_difference fromkeys elements __getitem__ __iter__ __next__ result
""")  # fmt: skip
"""Methods of containers whose result has the container's items."""
VIEWING_FUNCTIONS = words("""
    asarray asanyarray ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d
    broadcast_to broadcast_arrays expand_dims flip fliplr flipud moveaxis ravel reshape rollaxis
    rot90 split array_split hsplit vsplit dsplit squeeze swapaxes transpose diagonal real imag
    from_numpy as_tensor frombuffer lib stride_tricks as_strided nan_to_num DataFrame Series
    Dataset DataArray array Index from_dict from_pandas from_arrow matrix partial reduce
    accumulate copy chain cycle islice tee zip_longest groupby product itemgetter
    choice sample
""")  # fmt: skip
"""Functions of trusted packages whose result may be, share or hold what they are given."""

ARGUMENT_CHANGERS: dict[str, int] = {
    "random.shuffle": 0, "numpy.random.shuffle": 0, "numpy.copyto": 0, "numpy.put": 0,
    "numpy.place": 0, "numpy.putmask": 0, "numpy.fill_diagonal": 0, "numpy.put_along_axis": 0,
    "heapq.heappush": 0, "heapq.heappop": 0, "heapq.heapify": 0, "heapq.heapreplace": 0,
    "heapq.heappushpop": 0, "bisect.insort": 0, "bisect.insort_left": 0, "bisect.insort_right": 0,
    "builtins.setattr": 0, "builtins.delattr": 0, "builtins.next": 0, "operator.setitem": 0,
    "operator.delitem": 0, "operator.iadd": 0, "operator.iconcat": 0, "operator.imul": 0,
    "operator.isub": 0, "operator.ior": 0, "operator.iand": 0, "operator.ixor": 0,
    "_heapq.heappush": 0, "_heapq.heappop": 0, "_heapq.heapify": 0, "_heapq.heapreplace": 0,
    "_heapq.heappushpop": 0, "_bisect.insort": 0, "_bisect.insort_left": 0,
    "_bisect.insort_right": 0, "_operator.setitem": 0, "_operator.delitem": 0,
    "_operator.iadd": 0, "random.Random.shuffle": 0, "numpy.add.at": 0, "numpy.subtract.at": 0,
    "numpy.maximum.at": 0, "numpy.minimum.at": 0, "numpy.multiply.at": 0, "struct.pack_into": 1,
    "builtins.anext": 0, "copy.replace": -1, "setattr": 0, "json.dump": 1, "pickle.dump": 1,
}  # fmt: skip
"""Functions that change one of their arguments, and which."""
MUTATING_GUESS = frozenset().union(*CHANGING.values())
"""Names that are taken to change a value of a kind that is not known."""
ITEM_METHODS = {"__setitem__", "__delitem__", "__setattr__", "__delattr__", "__iadd__"}


def may_change(kind: str, method: str) -> bool:
    """Whether a method may change its object, when it is handed on instead of called."""
    return changes(kind, method, "") or (not kind and method in MUTATING_GUESS)


def changes(kind: str, method: str, class_name: str) -> bool:
    """Whether the method changes its object, when it belongs to a kind of object we know."""
    if method in ITEM_METHODS:
        return True
    if kind == "numpy" and class_name in DRAWS:
        return True
    if kind in ALWAYS_CHANGING:
        return not method.startswith(LOOKING)
    if kind == "torch" and method.endswith("_") and not method.endswith("__"):
        return True
    return method in CHANGING.get(kind, ())
