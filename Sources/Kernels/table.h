// The table of the variant whose namespace this is included in.
constexpr Variant table = {
    lanes,         packed_count,   pack_weights, scratch_count, convolve, select,
    sum_positions, scale_add_relu, max_pool,     multiply,      block,    unblock,
};
