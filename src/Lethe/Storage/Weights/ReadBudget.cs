using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// What reading a file may cost, in proportion to its size, so that a small file that asks for much is refused before anything of it is
/// made: objects take up to the file's bytes and 8 MiB, tensors up to three times the file's bytes and 4 MiB.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="fileBytes">Its bytes.</param>
internal sealed class ReadBudget(string path, long fileBytes)
{
    private const long ObjectRoom = 8 << 20;
    private const long TensorRoom = 4 << 20;

    private long total = fileBytes;
    private long objects;
    private long tensors;
    private long read;

    /// <summary>Counts objects that describe the file's contents.</summary>
    /// <param name="bytes">What they take, or more.</param>
    /// <exception cref="RunException">There are more than weights need.</exception>
    public void Describe(long bytes)
    {
        objects += bytes;
        if (objects > total + ObjectRoom)
        {
            throw new RunException(
                $"{path} describes more objects than a file of {total} bytes of weights would have. It is damaged or made to exhaust "
                + "memory: download it again from its source.");
        }
    }

    /// <summary>Counts another file that holds values of this one.</summary>
    /// <param name="bytes">Its bytes.</param>
    public void Add(long bytes) => total += bytes;

    /// <summary>Counts the values of a tensor.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="lasting">What it takes in memory.</param>
    /// <param name="passing">What it takes beside while it is read.</param>
    /// <param name="fromFile">What is read of the file for it.</param>
    /// <exception cref="RunException">The tensors take more than the file can hold.</exception>
    public void Hold(string name, Int128 lasting, Int128 passing, Int128 fromFile)
    {
        if (lasting + passing + tensors > (3 * total) + TensorRoom || fromFile + read > (4 * total) + TensorRoom)
        {
            throw new RunException(
                $"{path} has {total} bytes, and its tensors up to '{name}' would take {lasting + passing + tensors}: more than it can "
                + "hold. "
                + "It is damaged or made to exhaust memory: download it again from its source.");
        }

        tensors += (long)lasting;
        read += (long)fromFile;
    }
}
