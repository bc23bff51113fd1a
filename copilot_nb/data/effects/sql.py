"""Which SQL is plainly one SELECT that only reads, whatever database runs it.

Databases read quotes and comments in ways of their own: what one of them could read otherwise than
it is read here is no plain SELECT. Neither is what calls a function that may do more than compute.
"""

from __future__ import annotations

import re

from copilot_nb.data.effects.methods import words

_QUOTED = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*(?!!)(?:(?!/\*).)*?\*/", re.DOTALL
)
_BEGINS = re.compile(r"\s*\(?\s*(select|from|with|summarize|describe|show|values)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"(?:\b|(?<=\d))(insert|update|delete|merge|into|create|drop|truncate|replace\s+into)\b",
    re.IGNORECASE,
)
_ODD = re.compile(r"['\"`;#]|/\*|\$(?!\w+\b(?![^\0-\x7f]|\$))")
"""Quotes that never end or that only some databases know, a second statement, comments within each
other, and a `$` that begins no parameter."""
_BRACKETS = re.compile(r"(?=\[([^\]]*)\])")
_CALLED = re.compile(r"((?:\.\s*)?[\w\]$@\x80-\U0010ffff]*)\s*\(")

_READERS = words("""read_csv read_csv_auto read_json read_json_auto read_json_objects
    read_ndjson read_ndjson_auto read_ndjson_objects read_parquet read_text read_blob read_xlsx
    glob sniff_csv""")
"""Functions that read files, which are told."""
_SYNTAX = words("""all and any array as between by case columns cross cube distinct else except
    exclude exists filter from group grouping having ilike in inner intersect interval is join
    lateral left like limit not offset on or order over partition qualify recursive rename
    right select sets some then union using values when where window with within bigint bit
    char character datetime decimal double enum float int integer map numeric row struct time
    timestamp varchar""")
"""Words before a parenthesis that call nothing, and types."""
_COMPUTES = words("""abs acos any_value approx_count_distinct approx_quantile arg_max arg_min
    array_agg array_length array_to_string ascii asin atan atan2 avg bit_and bit_count
    bit_length bit_or bit_xor bool_and bool_or btrim cast cbrt ceil ceiling char_length
    character_length chr coalesce concat concat_ws contains convert corr cos cosh cot count
    count_if countif count_star covar_pop covar_samp cume_dist current_date current_timestamp
    date date_add date_bin date_diff date_format date_part date_sub date_trunc datediff
    datepart datetrunc day dayname dayofmonth dayofweek dayofyear decade degrees dense_rank
    ends_with entropy epoch epoch_ms every exp extract first first_value flatten floor format
    from_unixtime gcd generate_series generate_subscripts geomean greatest group_concat
    grouping_id hash hex histogram hour if ifnull initcap instr isfinite isinf isnan isnull
    jaccard json_agg json_array json_array_length json_contains json_each json_extract
    json_extract_path json_extract_path_text json_extract_string json_group_array
    json_group_object json_keys json_object json_tree json_type json_valid json_value julianday
    kurtosis lag last last_day last_value lcase lcm lead least len length levenshtein list
    list_aggregate list_append list_avg list_concat list_contains list_count list_distinct
    list_extract list_filter list_has list_max list_median list_min list_position list_reverse
    list_slice list_sort list_sum list_transform list_unique list_value listagg ln locate log
    log10 log2 lower lpad ltrim mad make_date make_time make_timestamp max max_by md5 mean
    median microsecond millisecond min min_by minute mod mode month monthname now nth_value
    ntile nullif nvl octet_length overlay percent_rank percentile_cont percentile_disc pi
    position pow power printf product quantile quantile_cont quantile_disc quarter radians
    random range rank regexp_count regexp_extract regexp_extract_all regexp_full_match
    regexp_like regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    regr_count regr_intercept regr_r2 regr_slope repeat replace reverse round row_number rpad
    rtrim second sem sha256 sign sin sinh skewness split split_part sqrt starts_with stddev
    stddev_pop stddev_samp str_to_date str_split strftime string_agg string_split
    string_to_array strip_accents strlen strpos strptime struct_extract struct_pack substr
    substring sum tan tanh time_bucket to_char to_date to_days to_hours to_json to_minutes
    to_months to_number to_seconds to_timestamp to_years today total translate trim trunc
    try_cast try_strptime typeof ucase unicode unixepoch unnest unpivot upper uuid var_pop
    var_samp variance version week weekday weekofyear year""")
"""Functions that compute, and do nothing else, in every database that has them."""
_PLAIN = _SYNTAX | _COMPUTES | _READERS | {""}


def is_select(sql: str) -> bool:
    """Whether SQL is plainly one SELECT."""
    bare = _QUOTED.sub(lambda found: " 0 " if found[0][0] in "'\"" else " ", sql)
    bare = bare.rstrip("; \n\t")
    odd = "\\" in sql or "\r" in sql.replace("\r\n", "\n") or _ODD.search(bare)
    if odd or any(map(_is_odd, _BRACKETS.findall(sql))):
        return False
    called = {name.casefold() for name in _CALLED.findall(bare)}
    return bool(_BEGINS.match(bare)) and not _WRITES.search(bare) and called <= _PLAIN


def _is_odd(bracketed: str) -> bool:
    """Whether a list is none where brackets are quotes, so that all after it is read otherwise."""
    return bracketed.count("'") % 2 == 1 or any(mark in bracketed for mark in ('"', "--", "/*"))
