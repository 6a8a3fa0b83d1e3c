import Pictures

extension StimulusMaker {
  /// The crop protocol: the central square of side view/scale, and its controls.
  func crops(of photograph: Photograph, view: Box, target: Box?) -> [Stimulus] {
    func stimulus(
      _ scale: Double, _ control: Control?, _ pixels: Picture, box: Box
    ) -> Stimulus {
      Stimulus(
        scale: scale, control: control, pixels: pixels.pixels, sourceSide: box.width,
        isUndersampled: box.width < Double(specification.size),
        visibleShare: target.map { $0.clipped(to: box).area / $0.area } ?? 1, box: box)
    }
    let boxes = specification.scales.map { view.scaled(by: 1 / $0) }
    let views = boxes.map(photograph.view)
    var stimuli = zip(specification.scales, zip(views, boxes)).map { scale, shown in
      stimulus(scale, nil, shown.0, box: shown.1)
    }
    let spectra = specification.controls.contains(.spectrum) ? Spectra(of: views) : nil
    for control in specification.controls {
      for (i, scale) in specification.scales.enumerated().dropFirst() {
        switch control {
        case .blur:
          let factor = scale / specification.smallestScale
          let blurred = views[0].blurred(by: factor, filter: specification.filter)
          stimuli.append(stimulus(scale, .blur, blurred, box: boxes[0]))
        case .spectrum:
          guard let spectra else { continue }
          stimuli.append(stimulus(scale, .spectrum, spectra.imposing(i, on: 0), box: boxes[0]))
        case .surround:
          let avoided = target ?? boxes[i].scaled(by: 0.5)
          guard
            let place = surround(
              of: avoided, width: boxes[i].width, height: boxes[i].height,
              within: photograph.picture.bounds)
          else { continue }
          stimuli.append(stimulus(scale, .surround, photograph.view(place), box: place))
        case .untrained: continue
        }
      }
    }
    return stimuli
  }
}
