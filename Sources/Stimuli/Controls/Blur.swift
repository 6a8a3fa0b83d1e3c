import Pictures

extension Zoom {
  /// `blur`: the unzoomed picture, what grows in the zoom reduced by scale/smallest and enlarged back.
  func blur() -> [ControlPicture] {
    besideZooms { scene.blurred(by: scales[$0] / smallest, at: smallest) }
  }
}

extension Picture {
  /// Reduces the picture by a factor, to a whole number of pixels, and enlarges it back.
  ///
  /// The picture has then lost the detail that an equally large zoom of it would lack if the
  /// photograph had no more pixels than the picture. A photograph that has more loses less in the
  /// zoom: this is a dose of blur, not what a zoom does.
  package func blurred(by factor: Double, filter: Filter) -> Picture {
    func reduced(_ side: Int) -> Int {
      max(1, Int((Double(side) / factor).rounded(.toNearestOrEven)))
    }
    let small = resampled(
      width: reduced(width), height: reduced(height), box: bounds, filter: filter)
    return small.resampled(width: width, height: height, box: small.bounds, filter: filter)
  }
}
