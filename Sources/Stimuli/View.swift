import Pictures

/// The part of a photograph that a stimulus shows, and where each of its points is drawn.
struct View {
  /// In source pixels, a square.
  let box: Box
  /// Side of the stimulus in pixels.
  let size: Int

  /// Pixels of the stimulus per source pixel.
  var magnification: Double { Double(size) / box.width }

  /// From source pixels to pixels of the stimulus.
  func toStimulus(_ source: Box) -> Box {
    Box(
      left: (source.left - box.left) * magnification, top: (source.top - box.top) * magnification,
      right: (source.right - box.left) * magnification,
      bottom: (source.bottom - box.top) * magnification)
  }

  /// From pixels of the stimulus to source pixels.
  func toSource(_ drawn: Box) -> Box {
    Box(
      left: box.left + drawn.left / magnification, top: box.top + drawn.top / magnification,
      right: box.left + drawn.right / magnification, bottom: box.top + drawn.bottom / magnification)
  }
}
