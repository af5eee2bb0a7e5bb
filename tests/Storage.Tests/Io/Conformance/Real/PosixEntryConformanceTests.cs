namespace DocService.Storage.Tests.Io.Conformance.Real;

public sealed class PosixEntryConformanceTests() : EntryConformanceTests(new PosixVolume());
