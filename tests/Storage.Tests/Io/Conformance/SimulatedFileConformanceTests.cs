namespace DocService.Storage.Tests.Io.Conformance;

public sealed class SimulatedFileConformanceTests() : FileConformanceTests(new SimulatedVolume());
