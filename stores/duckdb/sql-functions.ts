/**
 * The functions that SQL from outside may call: those that calculate from their arguments, in time and space that grow with these. All other functions
 * are refused, also those of later versions of DuckDB. Some reach files, settings, secrets, logs or the machine, run text as SQL, or wait. Some make a
 * long value of a short one (`repeat`, `lpad`, `range` as a list) in a single step, which neither the time limit nor the memory limit can interrupt.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** In expressions: scalar functions, aggregates, windows and macros. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
  words(`
    + - * / // % ** ^ & | << >> ~ !__postfix @ ^@ || <@ @> && ->> ~~ !~~ ~~* !~~* ~~~
    add subtract multiply divide mod fmod fdiv abs ceil ceiling floor round round_even roundbankers trunc sign signbit even pow power sqrt cbrt
    exp ln log log2 log10 pi degrees radians sin cos tan asin acos atan atan2 cot sinh cosh tanh asinh acosh atanh gcd greatest_common_divisor
    lcm least_common_multiple greatest least isnan isinf isfinite xor bit_count random hash width_bucket equi_width_bins
    coalesce ifnull nullif error typeof pg_typeof alias constant_or_null

    like_escape ilike_escape not_like_escape not_ilike_escape
    concat concat_ws length len strlen char_length character_length length_grapheme bit_length octet_length lower lcase upper ucase
    substr substring substring_grapheme left right left_grapheme right_grapheme trim ltrim rtrim reverse
    contains starts_with ends_with prefix suffix instr position strpos split split_part string_split str_split string_to_array
    string_split_regex str_split_regex regexp_split_to_array replace translate strip_accents nfc_normalize ascii ord unicode chr
    regexp_matches regexp_full_match regexp_extract regexp_extract_all regexp_replace regexp_escape
    hex to_hex unhex from_hex bin to_binary unbin from_binary to_base base64 to_base64 from_base64 encode decode url_encode url_decode
    md5 md5_number md5_number_lower md5_number_upper sha1 sha256
    format_bytes formatreadablesize formatreadabledecimalsize pg_size_pretty parse_formatted_bytes
    parse_path parse_dirname parse_dirpath parse_filename uuid_extract_timestamp uuid_extract_version

    age ago century date_add date_diff datediff date_part datepart date_sub datesub date_trunc datetrunc day dayname dayofmonth dayofweek dayofyear
    days_in_month decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian last_day make_date make_time make_timestamp
    make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname nanosecond normalized_interval
    quarter second strftime strptime try_strptime time_bucket timezone timezone_hour timezone_minute to_timestamp
    to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_weeks
    to_years week weekday weekofyear year yearweek now today get_current_time get_current_timestamp current_date current_time current_timestamp
    current_localtime current_localtimestamp transaction_timestamp

    array_length array_extract element_at list_element list_extract list_slice array_slice list_value list_pack array_value
    list_contains list_has array_contains array_has list_has_all array_has_all list_has_any array_has_any list_position list_indexof
    array_position array_indexof list_concat list_cat array_concat array_cat list_append array_append array_push_back list_prepend array_prepend
    array_push_front array_pop_back array_pop_front list_reverse array_reverse list_sort array_sort list_reverse_sort array_reverse_sort
    list_grade_up array_grade_up grade_up list_distinct array_distinct list_unique array_unique list_intersect array_intersect flatten
    list_filter array_filter filter list_transform array_transform list_apply array_apply apply list_select array_select list_where array_where
    list_zip array_zip array_to_string array_to_string_comma_default unnest
    list_aggregate list_aggr array_aggregate array_aggr aggregate list_any_value list_approx_count_distinct list_avg list_bit_and list_bit_or
    list_bit_xor list_bool_and list_bool_or list_count list_entropy list_first list_histogram list_kurtosis list_kurtosis_pop list_last list_mad
    list_max list_median list_min list_mode list_product list_sem list_skewness list_stddev_pop list_stddev_samp list_string_agg list_sum
    list_var_pop list_var_samp
    map map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries map_keys map_values
    cardinality row struct_pack struct_extract struct_extract_at struct_concat struct_insert struct_keys struct_values

    json json_array json_array_length json_contains json_exists json_extract json_extract_path json_extract_path_text json_extract_string
    json_keys json_merge_patch json_object json_pretty json_quote json_structure json_transform json_transform_strict json_type json_valid
    json_value array_to_json row_to_json to_json from_json from_json_strict json_group_array json_group_object json_group_structure

    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null
    arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop
    covar_samp entropy favg first fsum geomean geometric_mean group_concat histogram histogram_exact kahan_sum kurtosis kurtosis_pop last list
    listagg mad max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum
    sumkahan var_pop var_samp variance wavg weighted_avg grouping grouping_id
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number
  `),
);

/** In FROM: their rows are made as they are read. */
export const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(words('unnest range generate_series json_each json_tree'));

/** Functions whose result may be as long as all arguments together. */
export const JOINING_FUNCTIONS: ReadonlySet<string> = new Set(
  words(`
    || concat concat_ws list_concat list_cat array_concat array_cat list_append array_append array_push_back list_prepend array_prepend
    array_push_front list_value list_pack array_value list_zip array_zip map row struct_pack struct_concat struct_insert json_array json_object
    json_merge_patch array_to_string list_string_agg list_aggregate list_aggr array_aggregate array_aggr aggregate
  `),
);

/** Functions whose result may be this many times as long as the argument. */
export const LENGTHENING_FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ...words('hex to_hex base64 to_base64 regexp_escape json_quote to_json array_to_json row_to_json').map(
    (name) => [name, 2] as const,
  ),
  ...words('url_encode json_pretty').map((name) => [name, 4] as const),
  ...words('bin to_binary encode').map((name) => [name, 8] as const),
]);
