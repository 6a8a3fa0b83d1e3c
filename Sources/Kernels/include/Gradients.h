/// Inner loops of training: gradients of the grouped convolutions, batch normalization and its
/// gradient, the select's, the pools', and the vectors of an optimiser.
///
/// Activations and their gradients are blocked as in `Kernels.h`, one picture a call where nothing else is
/// said. What is `void *` is in the variant's number format, which is float but in `sk_avx512_mixed`;
/// `sk_avx512_bf16` is taken as `sk_avx512`. What is `float *` is float in all variants: sums, values a
/// channel, and gradients that live between a normalization's and its convolution's way back. Values "a channel" fill
/// whole blocks, `blocks * lanes` of them, with zeros beyond the last channel; so those lanes stay zero
/// in all activations and gradients. What is summed over positions is added to what the buffer holds:
/// a worker has its own buffers, and they are added afterwards in an order that does not depend on it.
/// Nothing here allocates, throws or keeps state.
#ifndef SK_GRADIENTS_H
#define SK_GRADIENTS_H

#include "Kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Grouped convolution

/// One branch of a grouped convolution on the way back.
typedef struct sk_branch_gradient {
  /// As in the `sk_branch` that ran forward; `padding` is at most `dilation * (kernel - 1)`.
  int kernel, dilation, padding;
  /// As `sk_pack_transposed` made them. For `sk_input_gradient` alone.
  const void *weights;
  /// With respect to the branch's output, `[pictures][O/lanes][H'][W'][lanes]`.
  const float *gradient;
  /// Accumulators of `sk_packed_bytes`, in the order of the packed weights. For `sk_weight_gradient`
  /// alone.
  float *weight_gradient;
} sk_branch_gradient;

/// Bytes that the transposed weights of a branch take.
size_t sk_transposed_bytes(sk_variant variant, const sk_shape *shape, int kernel);

/// Reorders `[O, C/G, K, K]` for `sk_input_gradient`: flipped, with inputs and outputs exchanged.
///
/// - `shape`: the forward convolution's, as in all of this part; its `relu` and `accumulate` are not
///   read.
/// - `branch`: `kernel`, `dilation` and `padding` are read.
void sk_pack_transposed(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branch,
    const float *weights, void *packed);

/// Bytes of scratch that `sk_input_gradient` needs.
size_t sk_input_gradient_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count);

/// The gradient with respect to a unit's input, summed over its branches.
///
/// - `accumulate`: whether it is added to what `input_gradient` holds.
/// - `input_gradient`: `[C/lanes][H][W][lanes]`, not one of the branches' gradients.
void sk_input_gradient(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count,
    void *scratch, int accumulate, void *input_gradient);

/// The twin that defines `sk_input_gradient`, on plain floats: weights `[O, C/G, K, K]`, gradients
/// `[O, H', W']`, `input_gradient` `[C, H, W]`.
void sk_input_gradient_reference(
    const sk_shape *shape, const sk_branch_gradient *branches, int count, int accumulate,
    float *input_gradient);

/// Bytes of scratch that `sk_weight_gradient` needs, for any number of pictures.
size_t sk_weight_gradient_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count);

/// Adds the gradient with respect to the weights, summed over pictures, to each branch's accumulators.
///
/// - `pictures`: how many there are in `input` and in each branch's `gradient`, one after another. Small
///   pictures are quicker several at a time.
/// - `input`: `[pictures][C/lanes][H][W][lanes]`.
void sk_weight_gradient(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count,
    int pictures, const void *input, void *scratch);

/// Adds a branch's accumulators to `[O, C/G, K, K]`.
void sk_add_weight_gradient(
    sk_variant variant, const sk_shape *shape, int kernel, const float *accumulators,
    float *weight_gradient);

/// The twin that defines `sk_weight_gradient`, on plain floats: input `[pictures, C, H, W]`, gradients
/// `[pictures, O, H', W']`, accumulators `[O, C/G, K, K]`.
void sk_weight_gradient_reference(
    const sk_shape *shape, const sk_branch_gradient *branches, int count, int pictures,
    const float *input);

// MARK: Batch normalization

/// A normalization over the batch, `y = scale * x + shift`, one value a channel each.
///
/// With `deviation = 1 / sqrt(variance + epsilon)`, `scale = gamma * deviation` and
/// `shift = beta - scale * mean`.
typedef struct sk_norm {
  const float *scale, *shift;
  /// The batch's mean; only gradients read it.
  const float *mean;
} sk_norm;

/// Adds to `sums[c]` the sum over positions of `x - pivot[c]`, to `squares[c]` that of its square.
///
/// A picture's sums are float, then added in double. With a pivot near the mean, such as the running
/// mean, `squares / n - (sums / n)^2` loses nothing by cancellation. `pivot` may be null, for 0.
void sk_moments(
    sk_variant variant, int blocks, size_t positions, const float *pivot, const void *input,
    double *sums, double *squares);

/// `output = scale * input + shift [+ residual]`, negative values 0 if `relu`.
///
/// - `residual`: may be null.
/// - `output`: may be null, for the sums alone, or be `input` or `residual`.
/// - `sums`: if not null, the sum over positions of the output is added to each channel's value: what
///   the gate and the global pool need.
void sk_normalize(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const void *input, const void *residual, void *output, float *sums);

/// The select over branches that are normalized on the way, so that their outputs are never stored:
/// `output = sum over m of weights[m][c] * max(0, scale_m * inputs[m] + shift_m)`.
///
/// `weights` is `[count][blocks * lanes]`; null for 1 everywhere, the gate that only sums.
void sk_normalize_select(
    sk_variant variant, int blocks, size_t positions, int count, const sk_norm *norms,
    const void *const *inputs, const float *weights, void *output);

/// Where the sums go that a normalization's gradient is made of; one value a channel each.
///
/// With `g` the gradient where the output was positive, or everywhere without ReLU:
typedef struct sk_norm_sums {
  /// `sum of g`: the gradient of beta.
  double *gradient;
  /// `sum of g * (x - mean)`: times the deviation, that of gamma.
  double *product;
  /// How many outputs were positive, or all without ReLU. May be null, with `deviation`.
  double *positive;
  /// `sum of x - mean` where the output was positive.
  double *deviation;
} sk_norm_sums;

/// Adds one picture's sums for the gradient of a normalization.
///
/// - `relu`: whether a ReLU followed directly. Where it zeroed is found again from `input`.
/// - `gradient`: with respect to the output.
/// - `output`, `masked`: both null, or, where a residual was added before the ReLU (`relu` is then 0
///   here), the rectified output, and where to store the gradient with respect to the sum, `gradient`
///   where `output` is positive. It is what goes to the shortcut and to `sk_norm_gradient`. `masked` may
///   be `gradient`.
///
/// Where the gradient is itself scaled and shifted a picture and channel, `a * gradient + e`, as a
/// select's or an excitation's is, the sums of that follow from the four:
/// `a * gradient + e * positive` and `a * product + e * deviation`. So does the gradient of `a`, the sum
/// of `gradient * output`: `scale * product + (shift + scale * mean) * gradient`.
void sk_norm_gradient_sums(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const void *input, const void *gradient, const void *output, void *masked,
    const sk_norm_sums *sums);

/// What `sk_norm_gradient` multiplies and adds; one value a channel each.
///
/// With `n` values a channel in the batch, `scale` and `deviation` as above, `P` and `Q` the batch's
/// sums of `g` and `g * (x - mean)`: `gradient = scale`, `input = -scale * deviation^2 * Q / n`,
/// `constant = -scale * P / n - input * mean`. If `g = a * gradient + e`, then `gradient = a * scale`
/// and `addend = e * scale`.
typedef struct sk_norm_factors {
  const float *gradient;
  /// Added to the gradient where the output was positive. May be null, for 0.
  const float *addend;
  const float *input, *constant;
} sk_norm_factors;

/// The gradient with respect to a normalization's input:
/// `factors.gradient * gradient + factors.addend` where the output was positive, or everywhere without
/// ReLU, and everywhere `factors.input * input + factors.constant`.
///
/// - `accumulate`: whether it is added to what `input_gradient` holds.
/// - `input_gradient`: may be `gradient` or `input` where the format is float.
void sk_norm_gradient(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const sk_norm_factors *factors, const void *input, const void *gradient, int accumulate,
    float *input_gradient);

// MARK: Select, excitation, pools

/// Adds the sum over positions of `a * b` to `sums`, one value a channel: the gradient of a weight that
/// a channel was multiplied by.
void sk_dot_positions(
    sk_variant variant, int blocks, size_t positions, const void *a, const void *b, float *sums);

/// `output = factor[c] * gradient + addend[c]`, 0 where `rectified` is not positive: the gradient of a
/// branch of a select, of an excited channel, or of a global pool.
///
/// - `factor`: may be null, for 1. `addend`: may be null, for 0.
/// - `gradient`: may be null, for 0.
/// - `rectified`: what a ReLU put out; may be null, for positive everywhere.
/// - `accumulate`: whether it is added to what `output` holds.
/// - `output`: may be `gradient`.
void sk_scale_gradient(
    sk_variant variant, int blocks, size_t positions, const float *factor, const float *addend,
    const void *gradient, const void *rectified, int accumulate, void *output);

/// The gradient of `sk_select_positions`, whose weights are found again from the logits.
///
/// - `logit_gradients`: `count` maps; may be `logits` where the format is float.
/// - `input_gradients`: `count` maps, weight times `gradient`; may be `inputs`.
void sk_select_positions_gradient(
    sk_variant variant, int blocks, size_t positions, int count, int sigmoid,
    const void *const *logits, const void *const *inputs, const void *gradient,
    float *const *logit_gradients, void *const *input_gradients);

/// Undoes `sk_shuffle`, for gradients: `left` gets channels 2i, `right` 2i + 1; lanes beyond the last
/// channel get zeros.
///
/// - `second`: the channels from `half` on; null if they are all in `first`.
void sk_unshuffle(
    sk_variant variant, int half, size_t positions, const void *first, const void *second,
    void *left, void *right);

/// The gradient of `sk_max_pool` with respect to its input, found again from it: each window's gradient
/// goes to its first maximum in reading order, as in PyTorch.
///
/// Overwrites `input_gradient`.
void sk_max_pool_gradient(
    sk_variant variant, int blocks, int height, int width, int padding, int output_height,
    int output_width, const void *input, const void *gradient, void *input_gradient);

/// The gradient of `sk_average_pool` with respect to its input.
///
/// - `accumulate`: whether it is added to what `input_gradient` holds.
void sk_average_pool_gradient(
    sk_variant variant, int blocks, int height, int width, int side, int accumulate,
    const void *gradient, void *input_gradient);

// MARK: Vectors

/// Converts numbers of the variant's format to floats; undoes `sk_convert`.
void sk_widen(sk_variant variant, size_t count, const void *input, float *output);

/// `sum += values`, `sum` being in the variant's format.
void sk_add_converted(sk_variant variant, size_t count, const float *values, void *sum);

/// `sum += values`.
void sk_add(sk_variant variant, size_t count, const float *values, float *sum);

/// `matrix[r][c] += rows[r] * columns[c]`, row-major: the gradient of a small matrix.
void sk_add_outer(
    sk_variant variant, int row_count, int column_count, const float *rows, const float *columns,
    float *matrix);

/// One step of gradient descent with momentum: `d = gradient + decay * weights`,
/// `velocity = momentum * velocity + d`, `weights -= rate * (nesterov ? d + momentum * velocity :
/// velocity)`; PyTorch's SGD.
void sk_descend(
    sk_variant variant, size_t count, float rate, float momentum, float decay, int nesterov,
    const float *gradient, float *velocity, float *weights);

/// `average = keep * average + (1 - keep) * values`.
void sk_average(
    sk_variant variant, size_t count, float keep, const float *values, float *average);

#ifdef __cplusplus
}
#endif
#endif
