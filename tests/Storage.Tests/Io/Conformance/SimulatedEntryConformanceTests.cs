namespace DocService.Storage.Tests.Io.Conformance;

public sealed class SimulatedEntryConformanceTests() : EntryConformanceTests(new SimulatedVolume());
