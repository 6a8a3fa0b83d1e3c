// The gradient of a grouped convolution with respect to its input, by the forward loops of convolve.h.
//
// Input pixel y took part in output pixel o through tap k if y = s o + d k - p. So the input's pixels
// fall into s phases by y mod s: those of one phase meet every q-th tap, q = s / gcd(s, d), and are a
// convolution at stride 1 of the outputs' gradient with these taps in reverse, d / gcd(s, d) pixels
// apart, and inputs exchanged for outputs. At stride 2 a dense 3 x 3 has four phases of 1, 2, 2 and 4
// taps; one of dilation 2 has all nine taps in one phase and none in the others.

/// The pixels of one phase along one axis.
struct Phase {
  int taps, last;  // how many taps meet it; the largest of them
  int step;        // from one of its taps to the next
  int dilation;    // the same in pixels of the gradient
  int offset;      // from a pixel's number in the phase to the gradient's pixel under tap `last`
};

SK_INLINE Phase phase(int stride, const sk_branch_gradient &branch, int which) {
  int common = stride, rest = branch.dilation;
  while (rest) {
    const int next = common % rest;
    common = rest;
    rest = next;
  }
  Phase p = {0, 0, stride / common, branch.dilation / common, 0};
  for (int k = 0; k < branch.kernel; k++) {
    const int distance = which + branch.padding - k * branch.dilation;
    if (distance % stride != 0) continue;
    p.taps++;
    p.last = k;
    p.offset = distance / stride;
  }
  return p;
}

/// The convolution that makes one phase: from outputs to inputs.
SK_INLINE sk_shape transposed(const sk_shape &s) {
  sk_shape t = s;
  t.input_channels = s.output_channels;
  t.output_channels = s.input_channels;
  t.height = s.output_height;
  t.width = s.output_width;
  t.output_height = (s.height + s.stride - 1) / s.stride;
  t.output_width = (s.width + s.stride - 1) / s.stride;
  t.stride = 1;
  return t;
}

static size_t transposed_bytes(const sk_shape &s, int kernel) {
  return packed_bytes(transposed(s), kernel);
}

static void pack_transposed(
    const sk_shape &s, const sk_branch_gradient &branch, const float *weights, void *packed) {
  const Cut c = cut(transposed(s));
  const int kernel = branch.kernel;
  const int inputs = c.group_outputs, outputs = c.group_inputs;
  float *to = (float *)packed;
  for (int which = 0; which < s.stride * s.stride; which++) {
    const Phase rows = phase(s.stride, branch, which / s.stride);
    const Phase columns = phase(s.stride, branch, which % s.stride);
    for (int block = 0; block < c.bundles * c.bundle_blocks; block += c.vectors) {
      for (int y = 0; y < rows.taps; y++) {
        for (int o = 0; o < outputs; o++) {
          for (int x = 0; x < columns.taps; x++) {
            for (int l = 0; l < c.vectors * lanes; l++) {
              const int channel = block * lanes + l / lanes * lanes + channel_of_lane(c, l % lanes);
              const int output = channel / inputs * outputs + o;
              const int tap =
                  (rows.last - y * rows.step) * kernel + columns.last - x * columns.step;
              *to++ = as_weight(channel < s.input_channels
                  ? weights[((size_t)output * inputs + channel % inputs) * kernel * kernel + tap]
                  : 0);
            }
          }
        }
      }
    }
  }
}

/// The zeros that the gradient needs around it, and the rows below a pixel's own that are read for it.
SK_INLINE void margins(
    const sk_shape &s, const sk_shape &t, const sk_branch_gradient *branches, int count,
    int *padding, int *reach) {
  *padding = 0;
  *reach = 0;
  for (int m = 0; m < count; m++) {
    for (int which = 0; which < s.stride; which++) {
      const Phase p = phase(s.stride, branches[m], which);
      if (p.taps == 0) continue;
      const int below = p.offset + (p.taps - 1) * p.dilation;
      const int beyond = t.output_width + below - t.width;
      if (-p.offset > *padding) *padding = -p.offset;
      if (beyond > *padding) *padding = beyond;
      if (below > *reach) *reach = below;
    }
  }
}

static size_t input_gradient_scratch_bytes(
    const sk_shape &s, const sk_branch_gradient *branches, int count) {
  const sk_shape t = transposed(s);
  const Cut c = cut(t);
  int padding, reach;
  margins(s, t, branches, count, &padding, &reach);
  const int rows = strip_rows(t, c, padding, padding + reach + 1) + padding + reach;
  return (size_t)rows * (t.width + 2 * padding) * c.pixel * c.input_blocks * sizeof(float);
}

template <int V, int N>
static void input_gradient_cut(
    const sk_shape &s, const sk_branch_gradient *branches, int count, float *scratch,
    int accumulate, element *target) {
  const sk_shape t = transposed(s);
  const Cut c = cut(t);
  const float none[V * lanes] = {};
  int padding, reach;
  margins(s, t, branches, count, &padding, &reach);
  const int strip = strip_rows(t, c, padding, padding + reach + 1);
  const size_t plane = (size_t)s.height * s.width * lanes;
  const size_t row = (size_t)(t.width + 2 * padding) * c.pixel;
  const int blocks = c.bundles * c.bundle_blocks;
  for (int bundle = 0; bundle < c.bundles; bundle++) {
    for (int top = 0; top < t.output_height; top += strip) {
      const int most = t.output_height - top < strip ? t.output_height - top : strip;
      const int copied = most + padding + reach;
      for (int m = 0; m < count; m++) {
        const sk_branch_gradient &branch = branches[m];
        copy_rows(t, c, bundle, top - padding, copied, padding, branch.gradient, scratch);
        const float *weights = (const float *)branch.weights;
        for (int which = 0; which < s.stride * s.stride; which++) {
          const int y = which / s.stride, x = which % s.stride;
          const Phase down = phase(s.stride, branch, y), along = phase(s.stride, branch, x);
          const int taps = down.taps * along.taps;
          const float *packed = weights;
          weights += (size_t)blocks * c.units * taps * lanes;
          const int phase_rows = (s.height - y + s.stride - 1) / s.stride - top;
          const int columns = (s.width - x + s.stride - 1) / s.stride;
          const bool adds = accumulate || m > 0;
          if (phase_rows <= 0 || columns <= 0 || (taps == 0 && adds)) continue;
          for (int o = 0; o < c.bundle_blocks; o += V) {
            const size_t block = (size_t)bundle * c.bundle_blocks + o;
            vec sums[V] = {};
            Panel p;
            p.input = taps == 0 ? scratch
                : scratch + (padding + down.offset) * row + (padding + along.offset) * c.pixel;
            p.row = row;
            p.block = row * copied;
            p.units = c.units;
            p.blocks = c.input_blocks;
            p.stride = 1;
            p.kernel_rows = taps == 0 ? 0 : down.taps;
            p.kernel = along.taps;
            p.dilation = along.dilation;
            p.rows = phase_rows < most ? phase_rows : most;
            p.weights = packed + block * c.units * taps * lanes;
            p.bias = none;
            p.output =
                target + block * plane + ((size_t)(top * s.stride + y) * s.width + x) * lanes;
            p.output_pixel = (size_t)s.stride * lanes;
            p.output_row = (size_t)s.stride * s.width * lanes;
            p.output_block = plane;
            p.relu = false;
            p.accumulate = adds;
            p.sums = sums;
            run_rows<V, N>(p, columns, c.pixel);
          }
        }
      }
    }
  }
}

static void input_gradient(
    const sk_shape &s, const sk_branch_gradient *branches, int count, void *scratch,
    int accumulate, void *input_gradient) {
  const Cut c = cut(transposed(s));
  float *copy = (float *)scratch;
  element *target = (element *)input_gradient;
  if (c.vectors == 2) {
    return input_gradient_cut<2, broadcast>(s, branches, count, copy, accumulate, target);
  }
  if (c.groups == broadcast) {
    return input_gradient_cut<1, broadcast>(s, branches, count, copy, accumulate, target);
  }
  if constexpr (SK_REGISTERS >= 16) {
    if (c.groups == 2) return input_gradient_cut<1, 2>(s, branches, count, copy, accumulate, target);
  }
  if constexpr (lanes > 8) {
    if (c.groups == 4) return input_gradient_cut<1, 4>(s, branches, count, copy, accumulate, target);
  }
  input_gradient_cut<1, expanded>(s, branches, count, copy, accumulate, target);
}
