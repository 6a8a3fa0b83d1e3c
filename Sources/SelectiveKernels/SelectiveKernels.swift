// One import for a notebook: load a network, show it stimuli, read its attention, analyse, draw.

@_exported import Analysis
@_exported import Checkpoints
@_exported import Engine
@_exported import Experiments
@_exported import Figures
@_exported import Networks
@_exported import Observing
@_exported import Pictures
@_exported import struct Recording.Shard
@_exported import Stimuli
@_exported import struct SystemPackage.FilePath
@_exported import Training
@_exported import TrainingData
@_exported import TrainingRuns
