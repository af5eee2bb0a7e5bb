namespace DocService.Storage.Tests.Io.Conformance;

public sealed class PosixEntryConformanceTests() : EntryConformanceTests(new PosixVolume());
