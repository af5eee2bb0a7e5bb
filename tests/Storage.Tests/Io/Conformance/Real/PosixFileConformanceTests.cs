namespace DocService.Storage.Tests.Io.Conformance.Real;

public sealed class PosixFileConformanceTests() : FileConformanceTests(new PosixVolume());
