using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Sealpost.Storage;

/// <summary>EF Core over a connection that is open already: a reading one, or that of a work in the write queue. It makes no schema and owns no connection.</summary>
internal static class EntityMapping
{
    /// <summary>Options of a context over a connection of this store.</summary>
    /// <param name="database">The store the connection is from.</param>
    /// <param name="connection">From <see cref="IDatabase.OpenReadAsync"/>, or of a transaction of <see cref="IDatabase.WriteAsync"/>; for the latter call <c>UseTransactionAsync</c> as well.</param>
    /// <param name="application">Services the model asks for; one instance for all contexts, since the model is kept per instance.</param>
    public static DbContextOptions<T> For<T>(IDatabase database, DbConnection connection, IServiceProvider application)
        where T : DbContext
    {
        var options = new DbContextOptionsBuilder<T>().UseApplicationServiceProvider(application);
        return (DbContextOptions<T>)(database is SqliteDatabase
            ? options.UseSqlite(connection)
            : options.UseNpgsql(connection)).Options;
    }
}
