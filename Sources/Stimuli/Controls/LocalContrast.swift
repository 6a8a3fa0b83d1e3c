import Pictures

extension Zoom {
  /// How often bands are amplified; each time about a third of what was off is left.
  private static let passes = 4

  /// `local`: the unzoomed picture with the zoomed one's local contrast in bands of size and orientation.
  ///
  /// Both pictures are parted into the bands of a steerable pyramid (`SteerableBands`). In each band, each of
  /// 3 × 3 overlapping tiles, and each channel, the unzoomed picture's band is amplified towards the zoomed
  /// one's energy, four times over; what is coarser than the bands, the mean level included, stays the
  /// unzoomed picture's.
  func localContrast() -> [ControlPicture] {
    let bands = SteerableBands(size: specification.size)
    let spectra = Spectra(of: pictures)
    let own = bands.spectrum(of: 0, in: spectra)
    return besideZooms { i in
      let asked = bands.energies(bands.spectrum(of: i, in: spectra))
      let matched = (0..<Self.passes).reduce(own) { spectrum, _ in
        bands.amplified(spectrum, to: asked, coarse: own)
      }
      return bands.picture(matched)
    }
  }
}
