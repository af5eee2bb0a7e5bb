namespace DocService.Storage.Tests.Io.Conformance.Real;

public sealed class PosixRenameConformanceTests() : RenameConformanceTests(new PosixVolume());
