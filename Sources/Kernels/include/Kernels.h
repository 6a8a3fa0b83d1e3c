/// Inner loops that no library does well: narrow grouped convolutions, the select, the gate.
///
/// Activations are blocked: channels in blocks of `sk_lanes(isa)`, `[C/lanes][H][W][lanes]`, the last
/// block filled up with zero channels; oneDNN's nChw8c and nChw16c. Nothing here allocates, throws or
/// keeps state; pointers need 4 bytes of alignment, and are faster with 64.
#ifndef SK_KERNELS_H
#define SK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets, each containing those before it.
typedef enum sk_isa { sk_portable = 0, sk_avx2 = 1, sk_avx512 = 2 } sk_isa;

/// The best instruction set that this processor and its operating system support.
sk_isa sk_best_isa(void);

/// Channels in a block: 16 for AVX-512, else 8.
int sk_lanes(sk_isa isa);

/// A grouped convolution with one kernel size and dilation, and where its data lies.
typedef struct sk_branch {
  /// Side of the kernel in taps.
  int kernel;
  /// Distance between taps in pixels; 1 is dense.
  int dilation;
  /// Zeros on each side of the input.
  int padding;
  /// As `sk_pack_weights` made them.
  const float *weights;
  /// One value an output channel, filled up with zeros to whole blocks.
  const float *bias;
  /// `[output_channels/lanes][output_height][output_width][lanes]`.
  float *output;
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

/// Floats that the packed weights of a branch take.
size_t sk_packed_count(sk_isa isa, const sk_shape *shape, int kernel);

/// Reorders `[O, C/G, K, K]` for `sk_convolve`; lanes without a channel get zeros.
void sk_pack_weights(
    sk_isa isa, const sk_shape *shape, int kernel, const float *weights, float *packed);

/// Floats of scratch that `sk_convolve` needs.
size_t sk_scratch_count(sk_isa isa, const sk_shape *shape, const sk_branch *branches, int count);

/// Runs all branches over one shared copy of the input.
///
/// - `sums`: if not null, the sum over positions and branches of what was written is added to each
///   output channel's value; as long as whole blocks.
void sk_convolve(
    sk_isa isa, const sk_shape *shape, const sk_branch *branches, int count, const float *input,
    float *scratch, float *sums);

/// The twin that defines `sk_convolve`, on plain layouts: input `[C, H, W]`, weights `[O, C/G, K, K]`,
/// outputs `[O, H', W']`.
void sk_convolve_reference(
    const sk_shape *shape, const sk_branch *branches, int count, const float *input, float *sums);

/// Weighs the branches: `output[c, p] = sum over m of weights[m][c] * inputs[m][c, p]`.
///
/// `weights` is `[count][blocks * lanes]`. `output` may be one of the inputs.
void sk_select(
    sk_isa isa, int blocks, size_t positions, int count, const float *const *inputs,
    const float *weights, float *output);

/// Sums over positions: `sums[c] += sum over p of input[c, p]`.
void sk_sum_positions(sk_isa isa, int blocks, size_t positions, const float *input, float *sums);

/// `output[c, p] = max(0, scale[c] * input[c, p] + output[c, p])`: the end of a unit with excitation.
void sk_scale_add_relu(
    sk_isa isa, int blocks, size_t positions, const float *scale, const float *input,
    float *output);

/// Maximum over 3 x 3 windows at stride 2, `padding` 0 or 1; windows are clipped at the borders.
void sk_max_pool(
    sk_isa isa, int blocks, int height, int width, int padding, int output_height,
    int output_width, const float *input, float *output);

/// `output = matrix * input + bias`, `matrix` `[rows, columns]` row-major; `bias` may be null.
void sk_multiply(
    sk_isa isa, int rows, int columns, const float *matrix, const float *input, const float *bias,
    int relu, float *output);

/// Blocks `[C, H*W]`; lanes beyond the last channel get zeros.
void sk_block(sk_isa isa, int channels, size_t positions, const float *input, float *output);

/// Undoes `sk_block`.
void sk_unblock(sk_isa isa, int channels, size_t positions, const float *input, float *output);

#ifdef __cplusplus
}
#endif
#endif
