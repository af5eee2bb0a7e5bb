namespace DocService.Storage.Tests.Io.Conformance;

public sealed class PosixRenameConformanceTests() : RenameConformanceTests(new PosixVolume());
