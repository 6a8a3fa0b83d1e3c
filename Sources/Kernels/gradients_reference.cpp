// The scalar twins of the convolutions' gradients: every product of the forward pass once more.
#include "include/Gradients.h"

/// Calls `product(input, weight, output)` with the places of each product of a branch's convolution, in
/// `[C, H, W]`, `[O, C/G, K, K]` and `[O, H', W']`.
template <typename Product>
static void each_product(const sk_shape &s, const sk_branch_gradient &branch, Product product) {
  const int inputs = s.input_channels / s.groups, outputs = s.output_channels / s.groups;
  const int k = branch.kernel;
  for (int o = 0; o < s.output_channels; o++) {
    for (int i = 0; i < inputs; i++) {
      const int channel = o / outputs * inputs + i;
      for (int y = 0; y < s.output_height; y++) {
        for (int x = 0; x < s.output_width; x++) {
          for (int ky = 0; ky < k; ky++) {
            for (int kx = 0; kx < k; kx++) {
              const int row = y * s.stride + ky * branch.dilation - branch.padding;
              const int column = x * s.stride + kx * branch.dilation - branch.padding;
              if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
              product(
                  ((size_t)channel * s.height + row) * s.width + column,
                  (((size_t)o * inputs + i) * k + ky) * k + kx,
                  ((size_t)o * s.output_height + y) * s.output_width + x);
            }
          }
        }
      }
    }
  }
}

void sk_input_gradient_reference(
    const sk_shape *shape, const sk_branch_gradient *branches, int count, int accumulate,
    float *input_gradient) {
  const size_t size = (size_t)shape->input_channels * shape->height * shape->width;
  for (size_t i = 0; i < size && !accumulate; i++) input_gradient[i] = 0;
  for (int m = 0; m < count; m++) {
    const float *weights = (const float *)branches[m].weights;
    const float *gradient = branches[m].gradient;
    each_product(*shape, branches[m], [&](size_t input, size_t weight, size_t output) {
      input_gradient[input] += weights[weight] * gradient[output];
    });
  }
}

void sk_weight_gradient_reference(
    const sk_shape *shape, const sk_branch_gradient *branches, int count, int pictures,
    const float *input) {
  const size_t size = (size_t)shape->input_channels * shape->height * shape->width;
  const size_t plane = (size_t)shape->output_height * shape->output_width;
  for (int m = 0; m < count; m++) {
    for (int n = 0; n < pictures; n++) {
      const float *picture = input + n * size;
      const float *gradient = branches[m].gradient + n * plane * shape->output_channels;
      float *accumulators = branches[m].weight_gradient;
      each_product(*shape, branches[m], [&](size_t place, size_t weight, size_t output) {
        accumulators[weight] += picture[place] * gradient[output];
      });
    }
  }
}
