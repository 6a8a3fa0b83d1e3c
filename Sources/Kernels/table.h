// The table of the variant whose namespace this is included in.
constexpr Variant table = {
    lanes,     packed_bytes, pack_weights,   scratch_bytes,  convolve,
    select,    select_positions, sigmoids, sum_positions, scale_add_relu,
    shuffle,   max_pool,     average_pool,   multiply,       multiply_columns, softmax,
    convert,   block,        unblock,
};
