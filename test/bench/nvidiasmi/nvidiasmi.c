/* A stand-in for nvidia-smi: prints what `nvidia-smi -q -x` prints, as far as
 * Telegraf's input reads it, for as many GPUs as BENCH_GPUS says, and asks no
 * driver. A real one takes longer by what the driver takes. */
#include <stdio.h>
#include <stdlib.h>

static void gpu(int n)
{
	printf("\t<gpu id=\"00000000:%02X:00.0\">\n"
	       "\t\t<product_name>NVIDIA GeForce RTX 4090</product_name>\n"
	       "\t\t<product_architecture>Ada Lovelace</product_architecture>\n"
	       "\t\t<uuid>GPU-00000000-0000-0000-0000-%012d</uuid>\n"
	       "\t\t<serial>N/A</serial>\n\t\t<vbios_version>95.02.18.80.5F</vbios_version>\n"
	       "\t\t<display_active>Disabled</display_active>\n\t\t<compute_mode>Default</compute_mode>\n",
	       n + 1, n);
	printf("\t\t<pci><pci_gpu_link_info><pcie_gen><current_link_gen>4</current_link_gen></pcie_gen>"
	       "<link_widths><current_link_width>16x</current_link_width></link_widths></pci_gpu_link_info></pci>\n"
	       "\t\t<fan_speed>30 %%</fan_speed>\n\t\t<performance_state>P2</performance_state>\n"
	       "\t\t<fb_memory_usage><total>24564 MiB</total><reserved>475 MiB</reserved>"
	       "<used>5182 MiB</used><free>18906 MiB</free></fb_memory_usage>\n"
	       "\t\t<utilization><gpu_util>64 %%</gpu_util><memory_util>31 %%</memory_util>"
	       "<encoder_util>0 %%</encoder_util><decoder_util>0 %%</decoder_util>"
	       "<jpeg_util>0 %%</jpeg_util><ofa_util>0 %%</ofa_util></utilization>\n");
	printf("\t\t<encoder_stats><session_count>0</session_count><average_fps>0</average_fps>"
	       "<average_latency>0</average_latency></encoder_stats>\n"
	       "\t\t<fbc_stats><session_count>0</session_count><average_fps>0</average_fps>"
	       "<average_latency>0</average_latency></fbc_stats>\n"
	       "\t\t<temperature><gpu_temp>61 C</gpu_temp></temperature>\n"
	       "\t\t<gpu_power_readings><power_draw>287.40 W</power_draw>"
	       "<current_power_limit>450.00 W</current_power_limit></gpu_power_readings>\n"
	       "\t\t<clocks><graphics_clock>2520 MHz</graphics_clock><sm_clock>2520 MHz</sm_clock>"
	       "<mem_clock>10501 MHz</mem_clock><video_clock>1950 MHz</video_clock></clocks>\n"
	       "\t\t<processes><process_info><pid>1200</pid><type>C</type>"
	       "<process_name>python3</process_name><used_memory>4096 MiB</used_memory></process_info></processes>\n"
	       "\t</gpu>\n");
}

int main(void)
{
	const char *text = getenv("BENCH_GPUS");
	int gpus = text ? atoi(text) : 1;

	printf("<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n"
	       "<nvidia_smi_log>\n\t<timestamp>Sun Mar  1 12:00:00 2026</timestamp>\n"
	       "\t<driver_version>580.95.05</driver_version>\n\t<cuda_version>13.0</cuda_version>\n"
	       "\t<attached_gpus>%d</attached_gpus>\n", gpus);
	for (int n = 0; n < gpus; n++)
		gpu(n);
	puts("</nvidia_smi_log>");
	return 0;
}
