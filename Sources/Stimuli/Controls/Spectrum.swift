import Pictures

extension Zoom {
  /// `spectrum`: the unzoomed picture with the zoomed one's radial amplitude spectrum, its own phases and mean.
  func spectrum() -> [ControlPicture] {
    let spectra = Spectra(of: pictures)
    return besideZooms { spectra.imposing($0, on: 0) }
  }
}
