namespace Latchkey.Server.Backups;

/// <summary>That a backup was made, as the health page says it. What is put back from one does not know of it.</summary>
public sealed class BackupMade
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string File { get; init; }
}
