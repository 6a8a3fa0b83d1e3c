// The gradients of the variant whose namespace this is included in.
constexpr Gradients gradients = {
    transposed_bytes, pack_transposed,
    input_gradient_scratch_bytes, input_gradient,
    weight_gradient_scratch_bytes, weight_gradient, add_weight_gradient,
    moments, normalize, normalize_select, norm_gradient_sums, norm_gradient,
    dot_positions, scale_gradient, select_positions_gradient, unshuffle, max_pool_gradient,
    average_pool_gradient,
    widen, add_converted, add, add_outer, descend, average,
};
