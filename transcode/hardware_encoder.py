"""An encoder in hardware, as a value: what ffmpeg is told, and what it needs around it."""

from dataclasses import dataclass, replace

from transcode.limits import Limits

# Besides its node a driver reads what kind of device it drives, and NVIDIA's its version.
_DRIVER_READS = ("/sys", "/dev/dri", "/proc/driver/nvidia", "/etc/vulkan", "/etc/OpenCL")
_NVIDIA_NODES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")

_VIDEO_NODES = tuple(f"/dev/video{number}" for number in range(32))


@dataclass(frozen=True, slots=True)
class HardwareEncoder:
    """An encoder in hardware and how ffmpeg is asked to use it."""

    name: str  # ffmpeg's
    device: str | None  # the node it is reached by; None: it is found by itself
    global_arguments: tuple[str, ...]  # before all inputs
    filters: str  # at the end of the pictures' chain; takes yuv420p
    options: tuple[str, ...]  # besides the rate; pictures come in their order, forced keys are IDR

    def output_arguments(self, peak_bps: int) -> tuple[str, ...]:
        """The encoder with its rate; key frames are forced by `-force_key_frames` as for x264."""
        average_bps = peak_bps * 3 // 4
        rate = ("-b:v", str(average_bps), "-maxrate", str(peak_bps), "-bufsize", str(2 * peak_bps))
        return ("-c:v", self.name, *self.options, *rate, "-bf", "0", "-g", "600")

    def output_options(self, peak_bps: int) -> dict[str, str | int]:
        """The same, by name."""
        words = self.output_arguments(peak_bps)
        return {
            name.removeprefix("-"): value
            for name, value in zip(words[::2], words[1::2], strict=True)
        }

    def limits(self, limits: Limits) -> Limits:
        """What the encoder of `limits` may use if it is to reach this hardware.

        Drivers map the memory of their devices, which would count.
        """
        nodes = (self.device,) if self.device else (*_NVIDIA_NODES, *_VIDEO_NODES)
        reads = None if limits.reads is None else (*limits.reads, *_DRIVER_READS, *nodes)
        writes = None if limits.writes is None else (*limits.writes, *nodes)
        return replace(limits, memory_bytes=None, reads=reads, writes=writes)
