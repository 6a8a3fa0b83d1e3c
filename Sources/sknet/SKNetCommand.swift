import ArgumentParser
import Experiments
import Observing

@main
struct SKNetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sknet",
    abstract:
      "Do receptive fields adapt to object size? Zoom experiments on selective-kernel networks.",
    discussion: """
      Examples:
        sknet zoom photographs/ --out run
            Enlarges the centre of every photograph, records which kernels the bundled network
            selects, compares with controls, draws figures.
        sknet zoom photographs/ --protocol target --boxes boxes.csv --out run
            Enlarges the target alone; the rest of the picture stays where it is.
        sknet stimuli photographs/ --out stimuli
            What a zoom and its controls show, as pictures with contact sheets; no network.
        sknet lesion sknet26-tiny photographs/ --out lesions
            Does the selection matter? Replaces the attention and measures what that costs.
        sknet compare runs/sknet26 runs/sknet50
            Shifts of recorded zooms side by side, with their differences.
        sknet run Experiments/zoom.yaml
            The same from an experiment file.
        sknet export run --to npz --out run.npz
            What was recorded, for a notebook.
        sknet convert sknet26-tiny --to sknet26-tiny.onnx --attention
            The network for other people's tools, its attention among the outputs.
        sknet train Experiments/train-tiny.yaml
            Trains a network on your own pictures, Tiny ImageNet or CIFAR.
        sknet ablate Experiments/ablation-dilation.yaml
            Trains variants of a network side by side, each from several seeds.
        sknet inspect sknet50
            Units, shapes, parameters, multiply-adds and receptive fields.

      Exit codes: 0 done; 1 failed; 3 done, but some photographs failed; 64 wrong
      usage; 75 stopped by a signal (TERM, HUP, USR1, USR2) or 130 (INT), what was
      done being recorded: the same command goes on.
      """,
    version: ToolVersion.current,
    subcommands: [
      ZoomCommand.self, LesionCommand.self, CompareCommand.self, PowerCommand.self,
      FieldsCommand.self, TuningCommand.self, RunCommand.self,
      StimuliCommand.self,
      ResultsCommand.self, FiguresCommand.self, ExportCommand.self, MergeCommand.self,
      StatusCommand.self,
      ConvertCommand.self, TrainCommand.self,
      AblateCommand.self, InspectCommand.self, ProbeCommand.self, EvaluateCommand.self,
      BenchmarkCommand.self,
    ])

  static func main() {
    ProcessSetup.perform()
    var typed: any ParsableCommand.Type = self
    do {
      var command = try parseAsRoot()
      typed = type(of: command)
      if let resumable = typed as? any ResumableCommand.Type { Signals.begin(resumable.resuming) }
      try command.run()
    } catch let stopped as JobStopped {
      Signals.end(stopped)
    } catch {
      end(error, in: typed)
    }
  }
}

/// Exit codes beyond success, failure (1) and wrong usage (64).
extension ExitCode {
  /// The run finished, and some photographs could not be used.
  static let someImagesFailed = ExitCode(3)
}

/// Maps what the layers throw to exit codes: a wrong request is 64, anything else 1.
func mappingErrors<Value>(_ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch ExperimentError.usage(let text) {
    throw ValidationError(text)
  }
}
