namespace Lethe.Runtime;

/// <summary>What <see cref="ElfCompatibility.Patch"/> found and did.</summary>
internal enum ElfPatch
{
    /// <summary>The library does not ask for the newer libstdc++: nothing was changed.</summary>
    NotNeeded,

    /// <summary>The library asked for the newer libstdc++ and no longer does.</summary>
    Patched,

    /// <summary>The library had been patched before: nothing was changed.</summary>
    AlreadyPatched,
}
