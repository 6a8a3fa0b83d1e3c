// The gradient of a grouped convolution with respect to its weights, over the same copies of the input
// as convolve.h's.
//
// The accumulators lie as the packed weights do. Those of a few input channels and all taps of a kernel's
// row stay in registers while all pixels of all copied pictures pass by; a column of the copy that is
// loaded or broadcast once serves every tap that sees it, with as many of the gradient's pixels held in
// registers as there is room for.

/// What a pass over the pixels works on.
struct WeightPanel {
  const float *input;     // copied pixel under the first gradient's tap
  const float *gradient;
  size_t row, picture;    // units between copied rows, between copied pictures
  size_t gradient_row, gradient_block, gradient_picture;
  int pixel, stride, dilation;
  int pictures, rows, tiles;  // tiles in a row
  float *accumulators;
};

/// V blocks of outputs by I units of inputs by K taps, over tiles of T pixels. With S of 0 there is one
/// tap, and the stride is the panel's.
template <int V, int I, int T, int S, int K, int D, int N>
static void weight_panel(const WeightPanel &p) {
  constexpr int next = N == expanded ? lanes : N;
  constexpr int step = V * lanes;
  const int stride = S ? S : p.stride;
  const size_t pixel = N == expanded ? p.pixel : lanes;
  const size_t unit = (size_t)(S ? K : p.dilation) * step;  // one unit's accumulators
  vec acc[V][I][K];
  SK_UNROLL for (int v = 0; v < V; v++) {
    SK_UNROLL for (int i = 0; i < I; i++) {
      SK_UNROLL for (int k = 0; k < K; k++) {
        acc[v][i][k] = load(p.accumulators + i * unit + k * step + v * lanes);
      }
    }
  }
  for (int n = 0; n < p.pictures; n++) {
    for (int y = 0; y < p.rows; y++) {
      const float *in = p.input + n * p.picture + y * stride * p.row;
      const float *from = p.gradient + n * p.gradient_picture + y * p.gradient_row;
      for (int t = 0; t < p.tiles; t++, in += T * stride * pixel, from += T * lanes) {
        vec g[V][T];
        SK_UNROLL for (int v = 0; v < V; v++) {
          SK_UNROLL for (int j = 0; j < T; j++) {
            g[v][j] = in_loop_order<N>(load(from + v * p.gradient_block + j * lanes));
          }
        }
        if constexpr (S != 0) {
          constexpr int columns = (T - 1) * S + 1 + (K - 1) * D;
          SK_UNROLL for (int c = 0; c < columns; c++) {
            bool used = false;
            SK_UNROLL for (int k = 0; k < K; k++) {
              const int z = c - k * D;
              used |= z >= 0 && z % S == 0 && z / S < T;
            }
            if (!used) continue;
            SK_UNROLL for (int i = 0; i < I; i++) {
              const vec x = spread<N>(in + c * pixel + i * next);
              SK_UNROLL for (int k = 0; k < K; k++) {
                const int z = c - k * D;
                if (z < 0 || z % S != 0 || z / S >= T) continue;
                SK_UNROLL for (int v = 0; v < V; v++) acc[v][i][k] += x * g[v][z / S];
              }
            }
          }
        } else {
          SK_UNROLL for (int j = 0; j < T; j++) {
            SK_UNROLL for (int i = 0; i < I; i++) {
              const vec x = spread<N>(in + j * stride * pixel + i * next);
              SK_UNROLL for (int v = 0; v < V; v++) acc[v][i][0] += x * g[v][j];
            }
          }
        }
      }
    }
  }
  SK_UNROLL for (int v = 0; v < V; v++) {
    SK_UNROLL for (int i = 0; i < I; i++) {
      SK_UNROLL for (int k = 0; k < K; k++) {
        store(p.accumulators + i * unit + k * step + v * lanes, acc[v][i][k]);
      }
    }
  }
}

typedef void (*WeightPanelFunction)(const WeightPanel &);

/// Pixels of the gradient that fit in registers beside twelve accumulators.
constexpr int widest_gradient = SK_REGISTERS == 32 ? 8 : 1;

template <int V, int I, int S, int K, int D, int N, int T = widest_gradient>
SK_INLINE WeightPanelFunction weight_panel_of_width(int width) {
  if (width == T) return weight_panel<V, I, T, S, K, D, N>;
  if constexpr (T > 1) return weight_panel_of_width<V, I, S, K, D, N, T - 1>(width);
  return nullptr;
}

template <int V, int I, int N>
static WeightPanelFunction choose_weight_panel(int stride, bool slides, int dilation, int width) {
  if (slides) {
    if (stride == 1 && dilation == 1) {
      return weight_panel_of_width<V, I, 1, 3, 1, N>(width);
    }
    if (stride == 1) return weight_panel_of_width<V, I, 1, 3, 2, N>(width);
    if (dilation == 1) return weight_panel_of_width<V, I, 2, 3, 1, N>(width);
    return weight_panel_of_width<V, I, 2, 3, 2, N>(width);
  }
  return weight_panel_of_width<V, I, 0, 1, 0, N>(width);
}

/// Bytes of the copy of one picture, or of one of its strips of that many rows.
SK_INLINE size_t copy_bytes(const sk_shape &s, const Cut &c, int padding, int reach, int rows) {
  return (size_t)((rows - 1) * s.stride + reach) * (s.width + 2 * padding) * c.pixel *
      c.input_blocks * sizeof(float);
}

SK_INLINE void weight_span(
    const sk_branch_gradient *branches, int count, int *padding, int *reach) {
  *padding = 0;
  *reach = 1;
  for (int m = 0; m < count; m++) {
    if (branches[m].padding > *padding) *padding = branches[m].padding;
  }
  for (int m = 0; m < count; m++) {
    const int r =
        *padding - branches[m].padding + branches[m].dilation * (branches[m].kernel - 1) + 1;
    if (r > *reach) *reach = r;
  }
}

/// Pictures copied at a time.
SK_INLINE int copied_pictures(size_t bytes) {
  const size_t n = (size_t)(192 << 10) / (bytes ? bytes : 1);
  return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static size_t weight_gradient_scratch_bytes(
    const sk_shape &s, const sk_branch_gradient *branches, int count) {
  const Cut c = cut(s);
  int padding, reach;
  weight_span(branches, count, &padding, &reach);
  const int rows = strip_rows(s, c, padding, reach);
  const size_t bytes = copy_bytes(s, c, padding, reach, rows);
  return bytes * copied_pictures(bytes);
}

template <int V, int I, int N>
static void weight_gradient_cut(
    const sk_shape &s, const Cut &c, const sk_branch_gradient *branches, int count, int pictures,
    const element *input, float *scratch) {
  int padding, reach;
  weight_span(branches, count, &padding, &reach);
  const int strip = strip_rows(s, c, padding, reach);
  const int together = copied_pictures(copy_bytes(s, c, padding, reach, strip));
  const size_t plane = (size_t)s.output_height * s.output_width * lanes;
  const size_t row = (size_t)(s.width + 2 * padding) * c.pixel;
  const size_t input_picture =
      (size_t)((s.input_channels + lanes - 1) / lanes) * s.height * s.width * lanes;
  const size_t gradient_picture = (size_t)((s.output_channels + lanes - 1) / lanes) * plane;
  const Tiling tiles = tiling(s.output_width, widest_gradient);
  for (int bundle = 0; bundle < c.bundles; bundle++) {
    for (int first = 0; first < pictures; first += together) {
      const int run = pictures - first < together ? pictures - first : together;
      for (int top = 0; top < s.output_height; top += strip) {
        const int rows = s.output_height - top < strip ? s.output_height - top : strip;
        const int copied = (rows - 1) * s.stride + reach;
        const size_t block = row * copied, picture = block * c.input_blocks;
        for (int n = 0; n < run; n++) {
          copy_rows(
              s, c, bundle, top * s.stride - padding, copied, padding,
              input + (first + n) * input_picture, scratch + n * picture);
        }
        for (int m = 0; m < count; m++) {
          const sk_branch_gradient &branch = branches[m];
          const int k = branch.kernel;
          const bool slides = k == 3 && s.stride <= 2 && branch.dilation <= 2;
          const int passes = slides ? 1 : k;
          const int inset = padding - branch.padding;
          for (int o = 0; o < c.bundle_blocks; o += V) {
            const size_t output = (size_t)bundle * c.bundle_blocks + o;
            float *accumulators = branch.weight_gradient + output * c.units * k * k * lanes;
            for (int ky = 0; ky < k; ky++) {
              for (int i = 0; i < c.units; i += I) {
                for (int kx = 0; kx < passes; kx++) {
                  WeightPanel p;
                  p.input = scratch + (inset + ky * branch.dilation) * row +
                      (size_t)(inset + kx * branch.dilation) * c.pixel +
                      (N == broadcast ? i / lanes * block + i % lanes
                                      : (size_t)i * (N == expanded ? lanes : N));
                  p.gradient = branch.gradient + first * gradient_picture + output * plane +
                      (size_t)top * s.output_width * lanes;
                  p.row = row;
                  p.picture = picture;
                  p.gradient_row = (size_t)s.output_width * lanes;
                  p.gradient_block = plane;
                  p.gradient_picture = gradient_picture;
                  p.pixel = c.pixel;
                  p.stride = s.stride;
                  // The panel of single taps needs the distance between two units' accumulators.
                  p.dilation = k;
                  p.pictures = run;
                  p.rows = rows;
                  p.tiles = tiles.wide;
                  p.accumulators =
                      accumulators + (((size_t)ky * c.units + i) * k + kx) * V * lanes;
                  choose_weight_panel<V, I, N>(
                      s.stride, slides, branch.dilation, tiles.width)(p);
                  if (tiles.narrow == 0) continue;
                  p.input += (size_t)tiles.wide * tiles.width * s.stride * c.pixel;
                  p.gradient += (size_t)tiles.wide * tiles.width * lanes;
                  p.tiles = tiles.narrow;
                  choose_weight_panel<V, I, N>(
                      s.stride, slides, branch.dilation, tiles.width - 1)(p);
                }
              }
            }
          }
        }
      }
    }
  }
}

static void weight_gradient(
    const sk_shape &s, const sk_branch_gradient *branches, int count, int pictures,
    const void *source, void *scratch) {
  const Cut c = cut(s);
  const element *input = (const element *)source;
  float *copy = (float *)scratch;
  // Twelve accumulators: as many as hide the latency of a multiply-add.
  if (c.vectors == 2) {
    return weight_gradient_cut<2, 2, broadcast>(s, c, branches, count, pictures, input, copy);
  }
  if (c.groups == broadcast) {
    return weight_gradient_cut<1, 4, broadcast>(s, c, branches, count, pictures, input, copy);
  }
  if constexpr (SK_REGISTERS >= 16) {
    if (c.groups == 2) {
      return weight_gradient_cut<1, 4, 2>(s, c, branches, count, pictures, input, copy);
    }
  }
  if constexpr (lanes > 8) {
    if (c.groups == 4) {
      return weight_gradient_cut<1, 4, 4>(s, c, branches, count, pictures, input, copy);
    }
  }
  if (c.units % 4 == 0) {
    return weight_gradient_cut<1, 4, expanded>(s, c, branches, count, pictures, input, copy);
  }
  if (c.units % 2 == 0) {
    return weight_gradient_cut<1, 2, expanded>(s, c, branches, count, pictures, input, copy);
  }
  weight_gradient_cut<1, 1, expanded>(s, c, branches, count, pictures, input, copy);
}

static void add_weight_gradient(
    const sk_shape &s, int kernel, const float *accumulators, float *target) {
  const Cut c = cut(s);
  for (int block = 0; block < c.bundles * c.bundle_blocks; block += c.vectors) {
    for (int ky = 0; ky < kernel; ky++) {
      for (int i = 0; i < c.units; i++) {
        for (int kx = 0; kx < kernel; kx++) {
          for (int l = 0; l < c.vectors * lanes; l++, accumulators++) {
            const int o = block * lanes + l / lanes * lanes + channel_of_lane(c, l % lanes);
            if (o >= s.output_channels) continue;
            target[(((size_t)o * c.group_inputs + i) * kernel + ky) * kernel + kx] +=
                *accumulators;
          }
        }
      }
    }
  }
}
