// Grouped convolution over blocked activations, any kernel, dilation, stride and group width.
//
// The input rows that a strip of output rows needs are copied once, with zeros around them, so that
// the loops know no borders; all branches read the same copy. Two kinds of copy:
// - broadcast: the group's channels are whole blocks; a pixel keeps its layout and the loop broadcasts
//   one channel at a time to all lanes.
// - expanded: several groups share a block; a pixel becomes C/G vectors, the i-th holding for each lane
//   the i-th channel of that lane's group, so that the loop loads where it would have to permute.
// Weights are [output block or pair][ky][input channel][kx][vector][lane] in both.
//
// What is copied, broadcast and multiplied at a time is a *unit* of 32 bits: one float channel or a pair
// of bfloat16 channels.

/// How a shape is cut: a bundle is the output blocks that read the same copied channels.
struct Cut {
  int group_inputs, group_outputs;
  bool expanded;
  int bundles, bundle_blocks;  // output blocks a bundle
  int vectors;                 // output blocks a tile, 1 or 2
  int input_blocks;            // blocks copied for a bundle, broadcast only
  int units;                   // units of a group's input channels
  int pixel;                   // units of a copied pixel in one of its blocks
};

SK_INLINE Cut cut(const sk_shape &s) {
  Cut c;
  c.group_inputs = s.input_channels / s.groups;
  c.group_outputs = s.output_channels / s.groups;
  c.expanded = c.group_inputs % lanes != 0 || c.group_outputs % lanes != 0;
  const int blocks = (s.output_channels + lanes - 1) / lanes;
  c.bundles = c.expanded ? blocks : s.groups;
  c.bundle_blocks = c.expanded ? 1 : c.group_outputs / lanes;
  c.vectors = c.bundle_blocks % 2 == 0 ? 2 : 1;
  c.input_blocks = c.expanded ? 1 : c.group_inputs / lanes;
  c.units = (c.group_inputs + per_unit - 1) / per_unit;
  c.pixel = c.expanded ? c.units * lanes : lanes / per_unit;
  return c;
}

/// Lane l of vector i of an expanded pixel: unit i of the l-th lane's group of G channels.
template <int G, int i, int... l>
SK_INLINE vec expand_unit(block_units pixel, Indices<l...>) {
  return __builtin_shufflevector(pixel, pixel, (l / G * (G / per_unit) + i)...);
}

/// Expands a row whose groups of G channels lie within a block.
template <int G, int... i>
SK_INLINE void expand_row(const element *from, int width, float *to, Indices<i...>) {
  for (int x = 0; x < width; x++, from += lanes, to += sizeof...(i) * lanes) {
    const block_units pixel = *(const unaligned_block_units *)from;
    (store(to + i * lanes, expand_unit<G, i>(pixel, Lanes())), ...);
  }
}

/// Copies row y of a bundle's block b, which lies in the picture.
static void copy_row(
    const sk_shape &s, const Cut &c, int bundle, int b, int y, const element *input, float *to) {
  const size_t plane = (size_t)s.height * s.width * lanes;
  const size_t offset = (size_t)y * s.width * lanes;
  const int block = c.expanded ? bundle : bundle * c.input_blocks + b;
  const element *from = input + block * plane + offset;
  if (!c.expanded) {
    __builtin_memcpy(to, from, (size_t)s.width * lanes * sizeof(element));
    return;
  }
  if (c.group_inputs == c.group_outputs) {
    switch (c.group_inputs) {
      case 1: if constexpr (per_unit == 1) return expand_row<1>(from, s.width, to, Make<1>()); break;
      case 2: return expand_row<2>(from, s.width, to, Make<2 / per_unit>());
      case 4: return expand_row<4>(from, s.width, to, Make<4 / per_unit>());
      case 8: if constexpr (lanes > 8) return expand_row<8>(from, s.width, to, Make<8 / per_unit>());
    }
  }
  // Groups that straddle blocks, or whose inputs and outputs differ in number.
  element *lane = (element *)to;
  for (int l = 0; l < lanes; l++) {
    const int o = bundle * lanes + l;
    const int first = o < s.output_channels ? o / c.group_outputs * c.group_inputs : 0;
    for (int i = 0; i < c.units * per_unit; i++) {
      const int channel = first + i;
      const element *source = input + channel / lanes * plane + offset + channel % lanes;
      element *target = lane + ((size_t)i / per_unit * lanes + l) * per_unit + i % per_unit;
      for (int x = 0; x < s.width; x++) {
        target[(size_t)x * c.pixel * per_unit] = i < c.group_inputs ? source[x * lanes] : element();
      }
    }
  }
}

/// Copies input rows [first, first + rows) of a bundle, zeros outside the picture and `padding` zeros
/// left and right.
static void copy_rows(
    const sk_shape &s, const Cut &c, int bundle, int first, int rows, int padding,
    const element *input, float *scratch) {
  const size_t border = (size_t)padding * c.pixel;
  const size_t row = (size_t)s.width * c.pixel + 2 * border;
  for (int b = 0; b < c.input_blocks; b++) {
    for (int r = 0; r < rows; r++, scratch += row) {
      const int y = first + r;
      if (y < 0 || y >= s.height) {
        __builtin_memset(scratch, 0, row * sizeof(float));
        continue;
      }
      __builtin_memset(scratch, 0, border * sizeof(float));
      copy_row(s, c, bundle, b, y, input, scratch + border);
      __builtin_memset(scratch + row - border, 0, border * sizeof(float));
    }
  }
}

/// What a panel of tiles works on.
struct Panel {
  const float *input;         // copied pixel under the first output's first tap
  size_t row, block;          // units between copied rows, between copied blocks
  int units;                  // vectors of a pixel, if expanded
  int blocks;                 // copied blocks
  int stride, kernel, dilation;
  int kernel_rows;            // as many as columns, but in the phases of a strided gradient
  int rows, tiles;            // output rows; tiles in each
  const float *weights, *bias;
  element *output;
  size_t output_pixel, output_row, output_block;
  bool relu, accumulate;
  vec *sums;
};

/// How many units an expanded pixel has, where it is not expanded and where only the panel knows.
enum : int { broadcast = -1, any = 0 };

/// `tiles` tiles a row of T outputs x V blocks. S, K, D and U (units) of 0 are read from the panel. With
/// all three of S, K, D known the loops over kx and columns unroll, so that a column loaded once serves
/// every tap that sees it.
template <int V, int T, int S, int K, int D, int U>
static void panel(const Panel &p) {
  constexpr bool expanded = U != broadcast;
  const int stride = S ? S : p.stride, kernel = K ? K : p.kernel, dilation = D ? D : p.dilation;
  const int units = !expanded ? lanes / per_unit : U ? U : p.units;
  const int pixel = !expanded ? lanes / per_unit : units * lanes;
  const bool rectify = p.relu, accumulate = p.accumulate;
  vec sums[V];
  SK_UNROLL for (int v = 0; v < V; v++) sums[v] = p.sums[v];
  for (int y = 0; y < p.rows; y++) {
    for (int t = 0; t < p.tiles; t++) {
      const float *in = p.input + y * stride * p.row + (size_t)t * T * stride * pixel;
      element *out = p.output + y * p.output_row + t * T * p.output_pixel;
      const float *w = p.weights;
      vec acc[V][T];
      SK_UNROLL for (int v = 0; v < V; v++) {
        const vec bias = load(p.bias + v * lanes);
        SK_UNROLL for (int j = 0; j < T; j++) acc[v][j] = bias;
      }
      if (accumulate) {
        SK_UNROLL for (int v = 0; v < V; v++) {
          SK_UNROLL for (int j = 0; j < T; j++) {
            acc[v][j] += load(out + v * p.output_block + j * p.output_pixel);
          }
        }
      }
      for (int ky = 0; ky < p.kernel_rows; ky++) {
        for (int b = 0; b < p.blocks; b++) {
          const float *from = in + ky * dilation * p.row + b * p.block;
          for (int i = 0; i < units; i++, from += expanded ? lanes : 1) {
            if constexpr (S && K && D) {
              constexpr int columns = (T - 1) * S + 1 + (K - 1) * D;
              vec tap[V][K];
              SK_UNROLL for (int k = 0; k < K; k++) {
                SK_UNROLL for (int v = 0; v < V; v++, w += lanes) tap[v][k] = load(w);
              }
              SK_UNROLL for (int c = 0; c < columns; c++) {
                bool used = false;
                SK_UNROLL for (int k = 0; k < K; k++) {
                  const int z = c - k * D;
                  used |= z >= 0 && z % S == 0 && z / S < T;
                }
                if (!used) continue;
                const vec x = expanded ? load(from + c * pixel) : splat_unit(from + c * pixel);
                SK_UNROLL for (int k = 0; k < K; k++) {
                  const int z = c - k * D;
                  if (z < 0 || z % S != 0 || z / S >= T) continue;
                  SK_UNROLL for (int v = 0; v < V; v++) {
                    acc[v][z / S] = multiply_add(x, tap[v][k], acc[v][z / S]);
                  }
                }
              }
            } else {
              for (int k = 0; k < kernel; k++) {
                const float *column = from + (size_t)k * dilation * pixel;
                vec tap[V];
                SK_UNROLL for (int v = 0; v < V; v++, w += lanes) tap[v] = load(w);
                SK_UNROLL for (int j = 0; j < T; j++) {
                  const float *at = column + (size_t)j * stride * pixel;
                  const vec x = expanded ? load(at) : splat_unit(at);
                  SK_UNROLL for (int v = 0; v < V; v++) {
                    acc[v][j] = multiply_add(x, tap[v], acc[v][j]);
                  }
                }
              }
            }
          }
        }
      }
      SK_UNROLL for (int v = 0; v < V; v++) {
        SK_UNROLL for (int j = 0; j < T; j++) {
          const vec a = rectify ? relu(acc[v][j]) : acc[v][j];
          sums[v] += a;
          store(out + v * p.output_block + j * p.output_pixel, a);
        }
      }
    }
  }
  SK_UNROLL for (int v = 0; v < V; v++) p.sums[v] = sums[v];
}

typedef void (*PanelFunction)(const Panel &);

/// Outputs of the widest tile of V blocks: its sums stay in registers beside weights and input.
constexpr int widest(int vectors) {
  return SK_REGISTERS == 32 ? (vectors == 1 ? 14 : 10)
      : SK_REGISTERS == 16  ? (vectors == 1 ? 10 : 6)
                            : (vectors == 1 ? 6 : 3);
}

template <int V, int S, int K, int D, int U, int narrowest = 1, int T = widest(V)>
SK_INLINE PanelFunction of_width(int width) {
  if (width == T) return panel<V, T, S, K, D, U>;
  if constexpr (T > narrowest) return of_width<V, S, K, D, U, narrowest, T - 1>(width);
  return nullptr;
}

/// The panel for a shape. Code of its own has what the networks are made of, at widths where it pays.
template <int V, int U>
static PanelFunction choose(int stride, int kernel, int dilation, int width) {
  // The taps of two blocks need 32 registers.
  constexpr bool slides = U != any && (SK_REGISTERS == 32 || (SK_REGISTERS == 16 && V == 1));
  if constexpr (slides) {
    if (kernel == 3 && width >= 4) {
      if (stride == 1 && dilation == 1) return of_width<V, 1, 3, 1, U, 4>(width);
      if (stride == 1 && dilation == 2) return of_width<V, 1, 3, 2, U, 4>(width);
      if (stride == 2 && dilation == 1) return of_width<V, 2, 3, 1, U, 4>(width);
      if (stride == 2 && dilation == 2) return of_width<V, 2, 3, 2, U, 4>(width);
    }
  } else if constexpr (U == broadcast && SK_REGISTERS == 16) {
    if (stride == 1) return of_width<V, 1, 0, 0, U>(width);
    if (stride == 2) return of_width<V, 2, 0, 0, U>(width);
  }
  return of_width<V, 0, 0, 0, U == broadcast ? U : any>(width);
}

/// How a row is cut: tiles of two widths that differ by one, so that no remainder is slow.
struct Tiling {
  int width, wide, narrow;  // of the wider; how many of each
};

SK_INLINE Tiling tiling(int columns, int widest) {
  const int tiles = (columns + widest - 1) / widest;
  const int width = (columns + tiles - 1) / tiles;
  const int narrow = tiles * width - columns;
  return Tiling{width, tiles - narrow, narrow};
}

/// Runs a panel over rows of so many columns.
template <int V, int U>
SK_INLINE void run_rows(Panel &p, int columns, int pixel) {
  const Tiling t = tiling(columns, widest(V));
  p.tiles = t.wide;
  choose<V, U>(p.stride, p.kernel, p.dilation, t.width)(p);
  if (t.narrow == 0) return;
  p.input += (size_t)t.wide * t.width * p.stride * pixel;
  p.output += t.wide * t.width * p.output_pixel;
  p.tiles = t.narrow;
  choose<V, U>(p.stride, p.kernel, p.dilation, t.width - 1)(p);
}

/// Rows of a strip: the copy should stay in the second-level cache beside the weights and outputs.
SK_INLINE int strip_rows(const sk_shape &s, const Cut &c, int padding, int reach) {
  const size_t row = (size_t)(s.width + 2 * padding) * c.pixel * c.input_blocks * sizeof(float);
  const int copied = (int)((size_t)(192 << 10) / (row ? row : 1));
  const int rows = (copied - reach) / s.stride + 1;
  return rows < 4 ? (s.output_height < 4 ? s.output_height : 4)
                  : (rows > s.output_height ? s.output_height : rows);
}

/// The largest padding, and the rows below its first that the last tap of any branch reaches.
SK_INLINE void span(const sk_branch *branches, int count, int *padding, int *reach) {
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

static size_t scratch_bytes(const sk_shape &s, const sk_branch *branches, int count) {
  const Cut c = cut(s);
  int padding, reach;
  span(branches, count, &padding, &reach);
  const int rows = (strip_rows(s, c, padding, reach) - 1) * s.stride + reach;
  return (size_t)rows * (s.width + 2 * padding) * c.pixel * c.input_blocks * sizeof(float);
}

static size_t packed_bytes(const sk_shape &s, int kernel) {
  const Cut c = cut(s);
  return (size_t)c.bundles * c.bundle_blocks * c.units * kernel * kernel * lanes * sizeof(float);
}

static void pack_weights(const sk_shape &s, int kernel, const float *weights, void *packed) {
  const Cut c = cut(s);
  element *to = (element *)packed;
  for (int block = 0; block < c.bundles * c.bundle_blocks; block += c.vectors) {
    for (int ky = 0; ky < kernel; ky++) {
      for (int unit = 0; unit < c.units; unit++) {
        for (int kx = 0; kx < kernel; kx++) {
          for (int l = 0; l < c.vectors * lanes; l++) {
            for (int i = unit * per_unit; i < (unit + 1) * per_unit; i++) {
              const int o = block * lanes + l;
              const bool exists = o < s.output_channels && i < c.group_inputs;
              *to++ = rounded(exists
                  ? weights[(((size_t)o * c.group_inputs + i) * kernel + ky) * kernel + kx] : 0);
            }
          }
        }
      }
    }
  }
}

template <int V, int U>
static void convolve_cut(
    const sk_shape &s, const Cut &c, const sk_branch *branches, int count, const element *input,
    float *scratch, float *sums) {
  int padding, reach;
  span(branches, count, &padding, &reach);
  const int strip = strip_rows(s, c, padding, reach);
  const size_t plane = (size_t)s.output_height * s.output_width * lanes;
  const size_t row = (size_t)(s.width + 2 * padding) * c.pixel;
  for (int bundle = 0; bundle < c.bundles; bundle++) {
    for (int y = 0; y < s.output_height; y += strip) {
      const int rows = s.output_height - y < strip ? s.output_height - y : strip;
      const int copied = (rows - 1) * s.stride + reach;
      copy_rows(s, c, bundle, y * s.stride - padding, copied, padding, input, scratch);
      for (int m = 0; m < count; m++) {
        const sk_branch &branch = branches[m];
        const int inset = padding - branch.padding;
        for (int o = 0; o < c.bundle_blocks; o += V) {
          const size_t block = (size_t)bundle * c.bundle_blocks + o;
          vec sum[V];
          SK_UNROLL for (int v = 0; v < V; v++) {
            sum[v] = sums ? load(sums + (block + v) * lanes) : vec{};
          }
          Panel p;
          p.input = scratch + inset * row + (size_t)inset * c.pixel;
          p.row = row;
          p.block = row * copied;
          p.units = c.units;
          p.blocks = c.input_blocks;
          p.stride = s.stride;
          p.kernel = p.kernel_rows = branch.kernel;
          p.dilation = branch.dilation;
          p.rows = rows;
          p.weights = (const float *)branch.weights +
              block * c.units * branch.kernel * branch.kernel * lanes;
          p.bias = branch.bias + block * lanes;
          p.output = (element *)branch.output + block * plane + (size_t)y * s.output_width * lanes;
          p.output_pixel = lanes;
          p.output_row = (size_t)s.output_width * lanes;
          p.output_block = plane;
          p.relu = s.relu;
          p.accumulate = s.accumulate;
          p.sums = sum;
          run_rows<V, U>(p, s.output_width, c.pixel);
          if (sums) {
            SK_UNROLL for (int v = 0; v < V; v++) store(sums + (block + v) * lanes, sum[v]);
          }
        }
      }
    }
  }
}

static void convolve(
    const sk_shape &s, const sk_branch *branches, int count, const void *input, void *scratch,
    float *sums) {
  const Cut c = cut(s);
  const element *from = (const element *)input;
  float *copy = (float *)scratch;
  if (!c.expanded) {
    if (c.vectors == 1) return convolve_cut<1, broadcast>(s, c, branches, count, from, copy, sums);
    return convolve_cut<2, broadcast>(s, c, branches, count, from, copy, sums);
  }
  [[maybe_unused]] const int channels = c.units * per_unit;
  if constexpr (SK_REGISTERS >= 16) {
    if (channels == 4) {
      return convolve_cut<1, 4 / per_unit>(s, c, branches, count, from, copy, sums);
    }
    if constexpr (lanes > 8) {
      if (channels == 8) {
        return convolve_cut<1, 8 / per_unit>(s, c, branches, count, from, copy, sums);
      }
    }
  }
  convolve_cut<1, any>(s, c, branches, count, from, copy, sums);
}
