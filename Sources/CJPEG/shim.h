#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <jpegint.h>

// libjpeg leaves a failed call by longjmp, which may not cross Swift frames, and tells warnings to a
// hook one by one; these functions keep both in C and hand back a status and a line of text. TurboJPEG's
// interface keeps the first warning of a file alone, behind which a lost place goes unseen.

#define SK_JPEG_MESSAGE_SIZE JMSG_LENGTH_MAX

/// What the header of a JPEG declares.
typedef struct {
  uint32_t width;
  uint32_t height;
  int isCMYK;             // four inks, else RGB
  uint64_t heldBytes;     // coefficients held until the last of several scans
  uint64_t codedBytes;    // that the coded data have at least
} sk_jpeg_header;

/// Takes the next row down, and may write on it.
typedef void (*sk_jpeg_take_row)(void *context, uint8_t *row);

typedef struct {
  struct jpeg_error_mgr errors;  // first: libjpeg hands back its address
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  char *message;  // SK_JPEG_MESSAGE_SIZE
  int isTruncated;
  int strayBytes;
  int maximumScans;
} sk_jpeg_state;

/// How both of the library's Huffman decoders begin; what stands behind the public part is not declared
/// in a header that is installed, but the same in every version of libjpeg-turbo.
typedef struct {
  struct jpeg_entropy_decoder shared;
  size_t buffer;
  int bitsLeft;
} sk_jpeg_bits;

static inline void sk_jpeg_fail(j_common_ptr info) {
  sk_jpeg_state *state = (sk_jpeg_state *)info->err;
  int code = info->err->msg_code;
  state->isTruncated |= code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_NO_IMAGE;
  info->err->format_message(info, state->message);
  longjmp(state->escape, 1);
}

static inline void sk_jpeg_fail_with(j_common_ptr info, const char *text, int isTruncated) {
  sk_jpeg_state *state = (sk_jpeg_state *)info->err;
  state->isTruncated = isTruncated;
  snprintf(state->message, SK_JPEG_MESSAGE_SIZE, "%s", text);
  longjmp(state->escape, 1);
}

/// Every warning is a fault, but for those that leave each pixel as it was meant.
static inline void sk_jpeg_emit(j_common_ptr info, int level) {
  if (level >= 0) return;
  sk_jpeg_state *state = (sk_jpeg_state *)info->err;
  switch (info->err->msg_code) {
  // Some encoders leave a byte behind coded data. More are what a decoder that lost its place left over,
  // and in the header there are none: a hole in the data need not give another sign.
  case JWRN_EXTRANEOUS_DATA:
    state->strayBytes += info->err->msg_parm.i[0];
    if (((j_decompress_ptr)info)->input_scan_number > 0 && state->strayBytes <= 2) return;
    break;
  // Spectral selection and successive approximation mean nothing in a sequential file.
  case JWRN_NOT_SEQUENTIAL:
  case JWRN_JFIF_MAJOR:
  case JWRN_ADOBE_XFORM:
  case JWRN_BOGUS_ICC: return;
  }
  sk_jpeg_fail(info);
}

static inline void sk_jpeg_say_nothing(j_common_ptr info) { (void)info; }

static inline void sk_jpeg_begin(j_decompress_ptr info) { (void)info; }

static inline boolean sk_jpeg_end_early(j_decompress_ptr info) {
  sk_jpeg_fail_with((j_common_ptr)info, "the end-of-image marker is missing", 1);
  return FALSE;
}

static inline void sk_jpeg_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) sk_jpeg_end_early(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= count;
}

/// Counts the bytes that the decoder has in its buffer where a scan ends, as the library does at restart
/// markers alone; it reads up to seven ahead.
static inline void sk_jpeg_end_scan(j_decompress_ptr info) {
  if (info->arith_code) return;
  int left = ((sk_jpeg_bits *)info->entropy)->bitsLeft;
  if (left < 8 || left > 64) return;
  WARNMS2(info, JWRN_EXTRANEOUS_DATA, left / 8, info->unread_marker);
}

/// Called after each row of blocks of each of several scans.
static inline void sk_jpeg_watch(j_common_ptr common) {
  j_decompress_ptr info = (j_decompress_ptr)common;
  sk_jpeg_state *state = (sk_jpeg_state *)info->err;
  if (info->input_scan_number > state->maximumScans)
    sk_jpeg_fail_with(common, "it has too many scans for so many pixels", 0);
  // Rows are counted up when the last scan is read, and shown again when pixels are made.
  if (info->global_state == DSTATE_PRELOAD && info->input_iMCU_row == info->total_iMCU_rows)
    sk_jpeg_end_scan(info);
}

/// Sums over components; their padding to whole units of interleaved scans is held, but not coded.
static inline void sk_jpeg_measure(j_decompress_ptr info, sk_jpeg_header *header) {
  uint64_t held = 0, coded = 0;
  for (int i = 0; i < info->num_components; i++) {
    jpeg_component_info *part = &info->comp_info[i];
    uint64_t across = part->width_in_blocks, down = part->height_in_blocks;
    coded += across * down;
    held += (across + part->h_samp_factor) * (down + part->v_samp_factor);
  }
  header->heldBytes = jpeg_has_multiple_scans(info) ? held * sizeof(JBLOCK) : 0;
  // A Huffman code has at least a bit; a sequential block has one for its mean and one for its end.
  header->codedBytes = info->arith_code ? 0 : coded * (info->progressive_mode ? 1 : 2) / 8;
}

/// Reads a JPEG as RGB, or as the four inks of CMYK; with `pixels` null it stops behind the header.
///
/// All else is libjpeg's default: the accurate integer transform, smooth upsampling of chroma.
/// `pixels` holds width × height × 3 or 4 bytes of a header read before, or, where rows are told to `take`
/// one by one, those of a row. Returns 0 if `message` says why reading failed, and `isTruncated` whether
/// for want of data.
static inline int sk_jpeg_read(
    const uint8_t *bytes, size_t count, int maximumScans, sk_jpeg_header *header, uint8_t *pixels,
    sk_jpeg_take_row take, void *context, char *message, int *isTruncated) {
  struct jpeg_decompress_struct info;
  sk_jpeg_state state = {.message = message, .maximumScans = maximumScans};
  info.err = jpeg_std_error(&state.errors);
  state.errors.error_exit = sk_jpeg_fail;
  state.errors.emit_message = sk_jpeg_emit;
  state.errors.output_message = sk_jpeg_say_nothing;
  // What is not yet created is destroyed without harm.
  info.mem = NULL;
  if (setjmp(state.escape)) {
    *isTruncated = state.isTruncated;
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  state.source.next_input_byte = bytes;
  state.source.bytes_in_buffer = count;
  state.source.init_source = sk_jpeg_begin;
  state.source.fill_input_buffer = sk_jpeg_end_early;
  state.source.skip_input_data = sk_jpeg_skip;
  state.source.resync_to_restart = jpeg_resync_to_restart;
  state.source.term_source = sk_jpeg_begin;
  info.src = &state.source;
  state.progress.progress_monitor = sk_jpeg_watch;
  info.progress = &state.progress;

  jpeg_read_header(&info, TRUE);
  header->width = info.image_width;
  header->height = info.image_height;
  header->isCMYK = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  sk_jpeg_measure(&info, header);
  if (pixels) {
    info.out_color_space = header->isCMYK ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&info);
    size_t row = (size_t)info.output_width * info.output_components;
    while (info.output_scanline < info.output_height) {
      JSAMPROW rows[1] = {take ? pixels : pixels + info.output_scanline * row};
      if (jpeg_read_scanlines(&info, rows, 1) == 1 && take) take(context, pixels);
    }
    if (!jpeg_has_multiple_scans(&info)) sk_jpeg_end_scan(&info);
    // A component that no scan has is drawn grey without a word.
    for (int i = 0; i < info.num_components; i++)
      if (!info.comp_info[i].quant_table)
        sk_jpeg_fail_with((j_common_ptr)&info, "the scan of a component is missing", 1);
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return 1;
}
