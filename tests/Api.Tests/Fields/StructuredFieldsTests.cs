using System.Text;
using DocService.Api.Fields;

namespace DocService.Api.Tests.Fields;

/// <summary>The part of RFC 9651 that the server reads.</summary>
public sealed class StructuredFieldsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a=::", "a=")]
    [InlineData("a=:aGk=:", "a=hi")]
    [InlineData("  a=:aGk=:  ", "a=hi")]
    [InlineData("a=:aGk=:,b=:aG8=:", "a=hi b=ho")]
    [InlineData("a=:aGk=: \t, \tb=:aG8=:", "a=hi b=ho")]
    [InlineData("a=:aGk=:, a=:aG8=:", "a=ho")]
    [InlineData("*a-b_c.d*9=:aGk=:", "*a-b_c.d*9=hi")]
    [InlineData("a=:aGk=:;x", "a=hi")]
    [InlineData("a=:aGk=:;x;y=1; z=-2.5;s=\"q\\\"\\\\;,\";t=tok/en;b=?1;o=:aG8=:, c=:aG8=:", "a=hi c=ho")]
    [InlineData("a=:aGk=:;when=@1659578233;shown=%\"f%c3%bc\"", "a=hi")]
    public void ParseByteSequences_WellFormed_GivesTheMembers(string text, string expected)
    {
        Dictionary<string, byte[]>? members = StructuredFields.ParseByteSequences(text);
        Assert.NotNull(members);
        Assert.Equal(expected, string.Join(' ', members.Select(member => $"{member.Key}={Encoding.ASCII.GetString(member.Value)}")));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a=")]
    [InlineData("a=1")]
    [InlineData("a=aGk=")]
    [InlineData("a=:aGk=")]
    [InlineData("a=:a:")]
    [InlineData("a=:aG k=:")]
    [InlineData("a=:aGk=\n:")]
    [InlineData("a=:aG_-:")]
    [InlineData("a=:\u00e9aGk=:")]
    [InlineData("a=(:aGk=:)")]
    [InlineData("a=:aGk=:,")]
    [InlineData("a=:aGk=:, ")]
    [InlineData(",a=:aGk=:")]
    [InlineData("a=:aGk=:,,b=:aGk=:")]
    [InlineData("a=:aGk=: b=:aGk=:")]
    [InlineData("A=:aGk=:")]
    [InlineData("1=:aGk=:")]
    [InlineData("-a=:aGk=:")]
    [InlineData("a =:aGk=:")]
    [InlineData("a= :aGk=:")]
    [InlineData("a=:aGk=:;")]
    [InlineData("a=:aGk=:;X")]
    [InlineData("a=:aGk=:;x=")]
    [InlineData("a=:aGk=:;x=\"")]
    [InlineData("a=:aGk=:;x=\"\\n\"")]
    [InlineData("a=:aGk=:;x=?2")]
    [InlineData("a=:aGk=:;x=--1")]
    [InlineData("a=:aGk=:;x=1.")]
    [InlineData("a=:aGk=:;x=1.2.3")]
    [InlineData("a=:aGk=:;x=@1.5")]
    [InlineData("a=:aGk=:;x=@")]
    [InlineData("a=:aGk=:;x=%\"%zz\"")]
    [InlineData("a=:aGk=:;x=%\"%C3%BC\"")]
    public void ParseByteSequences_Malformed_IsNull(string text) => Assert.Null(StructuredFields.ParseByteSequences(text));

    [Theory]
    [InlineData("durable", "durable")]
    [InlineData("  durable ", "durable")]
    [InlineData("durable;seq=1;x=\"a b\"", "durable")]
    [InlineData("*", "*")]
    [InlineData("a/b:c!#$%&'*+-.^_`|~9", "a/b:c!#$%&'*+-.^_`|~9")]
    public void ParseToken_WellFormed_GivesTheToken(string text, string expected) => Assert.Equal(expected, StructuredFields.ParseToken(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1a")]
    [InlineData("\"durable\"")]
    [InlineData("durable filed")]
    [InlineData("durable, filed")]
    [InlineData("durable,")]
    [InlineData("durable;")]
    [InlineData("durable;;a")]
    [InlineData("durable ;a")]
    [InlineData("\tdurable")]
    [InlineData("-durable")]
    [InlineData("dur\u00e4ble")]
    public void ParseToken_Malformed_IsNull(string text) => Assert.Null(StructuredFields.ParseToken(text));
}
