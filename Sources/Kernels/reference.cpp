// The scalar twins: what the vector kernels compute, in the plainest words.
#include "include/Kernels.h"

void sk_convolve_reference(
    const sk_shape *shape, const sk_branch *branches, int count, const float *input, float *sums) {
  const int inputs = shape->input_channels / shape->groups;
  const int outputs = shape->output_channels / shape->groups;
  for (int o = 0; o < shape->output_channels; o++) {
    float sum = 0;
    for (int m = 0; m < count; m++) {
      const sk_branch &branch = branches[m];
      const float *weights = (const float *)branch.weights;
      float *output = (float *)branch.output;
      const int k = branch.kernel;
      for (int y = 0; y < shape->output_height; y++) {
        for (int x = 0; x < shape->output_width; x++) {
          const size_t at = ((size_t)o * shape->output_height + y) * shape->output_width + x;
          float value = branch.bias[o] + (shape->accumulate ? output[at] : 0);
          for (int i = 0; i < inputs; i++) {
            const float *plane =
                input + (size_t)(o / outputs * inputs + i) * shape->height * shape->width;
            for (int ky = 0; ky < k; ky++) {
              for (int kx = 0; kx < k; kx++) {
                const int row = y * shape->stride + ky * branch.dilation - branch.padding;
                const int column = x * shape->stride + kx * branch.dilation - branch.padding;
                if (row < 0 || row >= shape->height || column < 0 || column >= shape->width) continue;
                value += plane[(size_t)row * shape->width + column] *
                    weights[((size_t)(o * inputs + i) * k + ky) * k + kx];
              }
            }
          }
          if (shape->relu && value < 0) value = 0;
          output[at] = value;
          sum += value;
        }
      }
    }
    if (sums) sums[o] += sum;
  }
}
