namespace DocService.Storage.Tests.Io.Conformance;

public sealed class PosixFileConformanceTests() : FileConformanceTests(new PosixVolume());
