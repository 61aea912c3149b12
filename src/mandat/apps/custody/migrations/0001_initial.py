import django.db.models.deletion
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Subject',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='custody_subject', to=settings.AUTH_USER_MODEL)),
                        ('key_id', models.CharField(blank=True, default='', max_length=16)),
                        ('wrapped', models.CharField(blank=True, default='', max_length=400)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('erased_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'person',
                        'indexes': [models.Index(models.F('key_id'), name='custody_subject_key')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('started_at', models.DateTimeField(auto_now_add=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('dry_run', models.BooleanField()),
                    ],
                    options={
                        'verbose_name': 'passage of the retention',
                        'ordering': ('-pk',),
                    },
                ),
                migrations.CreateModel(
                    name='RetentionLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='custody.retentionrun')),
                        ('code', models.CharField(max_length=80)),
                        ('due', models.PositiveBigIntegerField(default=0)),
                        ('done', models.PositiveBigIntegerField(default=0)),
                        ('error', models.CharField(blank=True, max_length=120)),
                    ],
                    options={
                        'verbose_name': 'line of the retention',
                        'ordering': ('code',),
                        'constraints': [models.UniqueConstraint(models.F('run'), models.F('code'), name='custody_one_line_a_treatment')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(choices=[('export', 'copy of the data'), ('erasure', 'erasure')], max_length=10, verbose_name='request')),
                        ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked on')),
                        ('holdings', models.JSONField(default=list, verbose_name='what it was about')),
                        ('closes_account', models.BooleanField(default=False, verbose_name='closes the account')),
                    ],
                    options={
                        'verbose_name': "request about one's data",
                        'indexes': [models.Index(models.F('asked_at'), name='custody_requests_by_day')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('purpose', models.CharField(max_length=80)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='custody.subject')),
                        ('sender', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', mandat.apps.custody.sealing.SealedTextField(subject='subject', verbose_name='name')),
                        ('sha256', mandat.apps.custody.sealing.SealedTextField(subject='subject', verbose_name='sha256')),
                        ('kind', models.CharField(max_length=10, verbose_name='kind')),
                        ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                        ('flags', models.JSONField(default=list, verbose_name='flags')),
                        ('state', models.CharField(choices=[('ready', 'received'), ('held', 'waiting for the antivirus'), ('refused', 'refused by the antivirus')], default='held', max_length=10, verbose_name='state')),
                        ('scanned', models.CharField(default='not_scanned', max_length=12, verbose_name='antivirus')),
                        ('scan_detail', models.CharField(blank=True, max_length=120)),
                        ('received_at', models.DateTimeField(auto_now_add=True, verbose_name='received on')),
                    ],
                    options={
                        'verbose_name': 'file',
                        'indexes': [models.Index(models.F('received_at'), name='custody_files_by_day'), models.Index(models.F('state'), condition=models.Q(('state', 'held')), name='custody_files_held')],
                    },
                ),
            ]
        ),
    ]
