using Fluid.Ast;

namespace Sealpost.Content.Liquid;

/// <summary>A statement as read, before names and labels are checked.</summary>
/// <param name="Line">Line in the source.</param>
internal abstract record ReadStatement(int Line);

/// <summary>Text.</summary>
internal sealed record ReadText(int Line, string Text) : ReadStatement(Line);

/// <summary>An element that must not depend on the patient.</summary>
internal sealed record ReadMark(int Line, MarkPiece Mark) : ReadStatement(Line);

/// <summary>A printed value.</summary>
internal sealed record ReadOutput(int Line, TagPiece Piece, Expression Value) : ReadStatement(Line);

/// <summary>A variable set.</summary>
internal sealed record ReadAssign(int Line, TagPiece Piece, string Variable, Expression Value) : ReadStatement(Line);

/// <summary>A block kept in a variable.</summary>
internal sealed record ReadCapture(int Line, string Variable, IReadOnlyList<ReadStatement> Body, Place Place) : ReadStatement(Line);

/// <summary>One branch.</summary>
/// <param name="Piece">The tag that opens it.</param>
/// <param name="Conditions">The condition of "if", the values of "when"; empty for "else".</param>
/// <param name="Body">What it holds.</param>
internal sealed record ReadBranch(TagPiece Piece, IReadOnlyList<Expression> Conditions, IReadOnlyList<ReadStatement> Body);

/// <summary>Branches: of "if" and "unless" where <paramref name="Value"/> is null, else of "case".</summary>
internal sealed record ReadBranches(int Line, TagPiece Piece, Expression? Value, IReadOnlyList<ReadBranch> Branches) : ReadStatement(Line);

/// <summary>A loop.</summary>
internal sealed record ReadLoop(int Line, TagPiece Piece, Loop Loop, IReadOnlyList<ReadStatement> Body, IReadOnlyList<ReadStatement> Otherwise) : ReadStatement(Line);

/// <summary>Leaves a loop or goes on.</summary>
internal sealed record ReadJump(int Line, Flow Flow) : ReadStatement(Line);
