namespace DocService.Storage.Tests.Io.Conformance;

public sealed class SimulatedRenameConformanceTests() : RenameConformanceTests(new SimulatedVolume());
