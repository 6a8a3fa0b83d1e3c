/// Inner loops that no library does well: narrow grouped convolutions, the select, the gate.
///
/// Activations are blocked: channels in blocks of `sk_lanes(isa)`, `[C/lanes][H][W][lanes]`, the last
/// block filled up with zero channels; oneDNN's nChw8c and nChw16c. They and the packed weights are in
/// the variant's number format, float or bfloat16; sums, biases and the gate are always float. Nothing
/// here allocates, throws or keeps state; pointers need 4 bytes of alignment, and are faster with 64.
#ifndef SK_KERNELS_H
#define SK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets, each containing those before it, and the number format of activations.
typedef enum sk_variant {
  /// Any processor.
  sk_portable = 0,
  /// AVX2 and FMA.
  sk_avx2 = 1,
  /// AVX-512 F, BW, CD, DQ and VL.
  sk_avx512 = 2,
  /// The same with BF16; activations and weights are bfloat16.
  sk_avx512_bf16 = 3,
  /// The same, for training: activations are bfloat16 in memory alone. Weights are rounded to bfloat16 and
  /// both are multiplied as floats: twice as quick as the instruction for pairs on processors that start
  /// one of those only every other cycle (Sapphire Rapids), and the gradients' loops need no pairs.
  sk_avx512_mixed = 4
} sk_variant;

/// Whether this processor and its operating system can run a variant.
int sk_supports(sk_variant variant);

/// Forgets what `sk_was_not_finite` tells of.
void sk_expect_finite(void);

/// Whether this thread, since it called `sk_expect_finite`, has computed with finite numbers what is none:
/// an overflow, or inf - inf and the like; or has compared what is not a number.
///
/// The processor keeps that record at no cost. It is the only trace where a library's ReLU makes 0 of what
/// is not a number, as oneDNN's do. Sums of products of bfloat16 pairs leave none.
int sk_was_not_finite(void);

/// Whether all values are finite.
int sk_are_finite(size_t count, const float *values);

/// The largest magnitude of bfloat16 numbers; not a number, if one of them is none.
float sk_largest_bf16(size_t count, const void *values);

/// Channels in a block: 16 with AVX-512, else 8.
int sk_lanes(sk_variant variant);

/// A grouped convolution with one kernel size and dilation, and where its data lies.
typedef struct sk_branch {
  /// Side of the kernel in taps.
  int kernel;
  /// Distance between taps in pixels; 1 is dense.
  int dilation;
  /// Zeros on each side of the input.
  int padding;
  /// As `sk_pack_weights` made them.
  const void *weights;
  /// One value an output channel, filled up with zeros to whole blocks.
  const float *bias;
  /// `[output_channels/lanes][output_height][output_width][lanes]`.
  void *output;
} sk_branch;

/// What the branches of a unit have in common.
typedef struct sk_shape {
  int input_channels, output_channels, groups;
  int height, width;
  int output_height, output_width;
  int stride;
  /// Whether negative outputs become 0.
  int relu;
  /// Whether the convolution is added to what `output` holds.
  int accumulate;
} sk_shape;

/// Bytes that the packed weights of a branch take.
size_t sk_packed_bytes(sk_variant variant, const sk_shape *shape, int kernel);

/// Reorders `[O, C/G, K, K]` for `sk_convolve`; lanes without a channel get zeros.
void sk_pack_weights(
    sk_variant variant, const sk_shape *shape, int kernel, const float *weights, void *packed);

/// Bytes of scratch that `sk_convolve` needs.
size_t sk_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch *branches, int count);

/// Runs all branches over one shared copy of the input.
///
/// - `sums`: if not null, the sum over positions and branches of the outputs, before they are rounded
///   to the number format, is added to each channel's value; as long as whole blocks.
void sk_convolve(
    sk_variant variant, const sk_shape *shape, const sk_branch *branches, int count,
    const void *input, void *scratch, float *sums);

/// The twin that defines `sk_convolve`, on plain floats: input `[C, H, W]`, weights `[O, C/G, K, K]`,
/// outputs `[O, H', W']`. In bfloat16 input and weights are rounded before it, outputs after it.
void sk_convolve_reference(
    const sk_shape *shape, const sk_branch *branches, int count, const float *input, float *sums);

/// Weighs the branches: `output[c, p] = sum over m of weights[m][c] * inputs[m][c, p]`.
///
/// `weights` is `[count][blocks * lanes]`. `output` may be one of the inputs.
void sk_select(
    sk_variant variant, int blocks, size_t positions, int count, const void *const *inputs,
    const float *weights, void *output);

/// Weighs the branches at every position by what it makes of their logits there.
///
/// `output[c, p] = sum over m of a[m][c, p] * inputs[m][c, p]`, `a` being the softmax of `logits` over m,
/// or each one's sigmoid. `sums`, `[count][blocks * lanes]`, gets the sums over positions of `a`.
void sk_select_positions(
    sk_variant variant, int blocks, size_t positions, int count, int sigmoid,
    const void *const *logits, const void *const *inputs, void *output, float *sums);

/// Each number's sigmoid, in place; `values` is `[blocks * lanes]`.
void sk_sigmoid(sk_variant variant, int blocks, float *values);

/// Sums over positions: `sums[c] += sum over p of input[c, p]`.
void sk_sum_positions(
    sk_variant variant, int blocks, size_t positions, const void *input, float *sums);

/// `output[c, p] = max(0, scale[c] * input[c, p] + output[c, p])`: the end of a unit with excitation.
void sk_scale_add_relu(
    sk_variant variant, int blocks, size_t positions, const float *scale, const void *input,
    void *output);

/// Puts two halves' channels in turn: channel 2i is `left`'s i, channel 2i + 1 `right`'s i.
///
/// - `half`: channels of each input.
/// - `second`: gets the channels from `half` on, `first` those before; null puts all into `first`.
void sk_shuffle(
    sk_variant variant, int half, size_t positions, const void *left, const void *right, void *first,
    void *second);

/// Maximum over 3 x 3 windows at stride 2, `padding` 0 or 1; windows are clipped at the borders.
void sk_max_pool(
    sk_variant variant, int blocks, int height, int width, int padding, int output_height,
    int output_width, const void *input, void *output);

/// Mean over `side` x `side` windows at that stride, those at the far borders clipped: the output has
/// `height / side` rows and `width / side` columns, rounded up.
void sk_average_pool(
    sk_variant variant, int blocks, int height, int width, int side, const void *input,
    void *output);

/// `output = matrix * input + bias`, `matrix` `[rows, columns]` row-major; `bias` may be null.
void sk_multiply(
    sk_variant variant, int rows, int columns, const float *matrix, const float *input,
    const float *bias, int relu, float *output);

/// `output[r] = sum over c of matrix[c][r] * input[c] + bias[r]`, `matrix` `[columns][blocks * lanes]`:
/// for few columns. `bias` may be null.
void sk_multiply_columns(
    sk_variant variant, int blocks, int columns, const float *matrix, const float *input,
    const float *bias, float *output);

/// Softmax over branches for each channel, in place; `values` is `[branches][blocks * lanes]`.
///
/// Within 3 units in the last place of exact exponentials.
void sk_softmax(sk_variant variant, int blocks, int branches, float *values);

/// Converts numbers to the variant's format.
void sk_convert(sk_variant variant, size_t count, const float *input, void *output);

/// Blocks `[C, H*W]`; lanes beyond the last channel get zeros.
void sk_block(
    sk_variant variant, int channels, size_t positions, const float *input, void *output);

/// Undoes `sk_block`.
void sk_unblock(
    sk_variant variant, int channels, size_t positions, const void *input, float *output);

#ifdef __cplusplus
}
#endif

#include "Gradients.h"

#endif
